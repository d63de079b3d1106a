// Arithmetic, logic and flags of the Cortex-M0+, by the ARMv6-M Architecture Reference Manual.
#ifndef THUMB_ALU_H
#define THUMB_ALU_H

#include <stdbool.h>
#include <stdint.h>

#define FLAG_N 0x80000000u
#define FLAG_Z 0x40000000u
#define FLAG_C 0x20000000u
#define FLAG_V 0x10000000u

// The flags, each by what it is derived from, so that setting them costs a store.
typedef struct {
    uint32_t n;  // bit 31 is N
    uint32_t z;  // Z is set when this is 0
    uint32_t c;  // 0 or 1
    uint32_t v;  // bit 31 is V
} flags_t;

static inline uint32_t sign8(uint32_t value) {
    return ((value & 0xFF) ^ 0x80) - 0x80;
}

static inline uint32_t sign16(uint32_t value) {
    return ((value & 0xFFFF) ^ 0x8000) - 0x8000;
}

// AddWithCarry of the manual (A2.2.1), with all four flags.
static inline uint32_t add(flags_t *f, uint32_t x, uint32_t y, uint32_t carry) {
    const uint64_t sum = (uint64_t)x + y + carry;
    const uint32_t result = (uint32_t)sum;
    f->n = f->z = result;
    f->c = (uint32_t)(sum >> 32);
    f->v = (x ^ result) & (y ^ result);
    return result;
}

static inline uint32_t logic(flags_t *f, uint32_t result) {
    f->n = f->z = result;
    return result;
}

static inline bool holds(const flags_t *f, uint32_t condition) {
    bool result;
    switch (condition >> 1) {
    case 0: result = f->z == 0; break;
    case 1: result = f->c != 0; break;
    case 2: result = f->n >> 31; break;
    case 3: result = f->v >> 31; break;
    case 4: result = f->c && f->z != 0; break;
    case 5: result = !((f->n ^ f->v) >> 31); break;
    default: result = f->z != 0 && !((f->n ^ f->v) >> 31); break;
    }
    return result != (condition & 1);
}

static inline uint32_t shift_left(flags_t *f, uint32_t value, uint32_t by) {
    if (by) {
        f->c = by <= 32 ? value >> (32 - by) & 1 : 0;
        value = by < 32 ? value << by : 0;
    }
    return logic(f, value);
}

static inline uint32_t shift_right(flags_t *f, uint32_t value, uint32_t by) {
    if (by) {
        f->c = by <= 32 ? value >> (by - 1) & 1 : 0;
        value = by < 32 ? value >> by : 0;
    }
    return logic(f, value);
}

static inline uint32_t shift_signed(flags_t *f, uint32_t value, uint32_t by) {
    if (by) {
        const uint32_t sign = value >> 31 ? 0xFFFFFFFFu : 0;
        by = by < 32 ? by : 32;
        f->c = value >> (by - 1) & 1;
        value = by < 32 ? value >> by | sign << (31 - by) << 1 : sign;
    }
    return logic(f, value);
}

static inline uint32_t rotate(flags_t *f, uint32_t value, uint32_t by) {
    if (by) {
        by &= 31;
        value = by ? value >> by | value << (32 - by) : value;
        f->c = value >> 31;
    }
    return logic(f, value);
}

// Data processing on two low registers, 0x4000 to 0x43FF.
static inline void process(uint32_t *r, flags_t *f, uint32_t opcode) {
    const uint32_t m = r[opcode >> 3 & 7];
    uint32_t *d = &r[opcode & 7];
    switch (opcode >> 6 & 15) {
    case 0: *d = logic(f, *d & m); break;
    case 1: *d = logic(f, *d ^ m); break;
    case 2: *d = shift_left(f, *d, m & 255); break;
    case 3: *d = shift_right(f, *d, m & 255); break;
    case 4: *d = shift_signed(f, *d, m & 255); break;
    case 5: *d = add(f, *d, m, f->c); break;
    case 6: *d = add(f, *d, ~m, f->c); break;
    case 7: *d = rotate(f, *d, m & 255); break;
    case 8: logic(f, *d & m); break;
    case 9: *d = add(f, 0, ~m, 1); break;
    case 10: add(f, *d, ~m, 1); break;
    case 11: add(f, *d, m, 0); break;
    case 12: *d = logic(f, *d | m); break;
    case 13: *d = logic(f, *d * m); break;
    case 14: *d = logic(f, *d & ~m); break;
    default: *d = logic(f, ~m); break;
    }
}

#endif
