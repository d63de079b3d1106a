/*
 * Single precision from the RP2040's boot ROM in the place of the compiler's own, as its SDK has
 * it: quicker, and what firmware on this processor would use.  RP2040 datasheet, 2.8.3.2.
 */
#include <stdint.h>

typedef struct {
    float (*add)(float, float);
    float (*sub)(float, float);
    float (*mul)(float, float);
    void *unused[8];
    float (*from_int)(int32_t);
    void *unused_fixed;
    float (*from_uint)(uint32_t);
} float_table;

static const float_table *table;

/* Call once before any arithmetic. */
void rom_float_init(void) {
    typedef const void *(*lookup)(const uint16_t *, uint32_t);
    lookup find = (lookup)(uintptr_t)*(const uint16_t *)0x18;
    table = find((const uint16_t *)(uintptr_t)*(const uint16_t *)0x16, 'S' | 'F' << 8);
}

float __aeabi_fadd(float a, float b) { return table->add(a, b); }
float __aeabi_fsub(float a, float b) { return table->sub(a, b); }
float __aeabi_fmul(float a, float b) { return table->mul(a, b); }
float __aeabi_i2f(int32_t a) { return table->from_int(a); }
float __aeabi_ui2f(uint32_t a) { return table->from_uint(a); }
