// replace: fx_bits
#include "fixed.h"

void proof(void) {
    int32_t a = any_int32();
    uint32_t b = any_uint32();
    ASSUME(b <= 65535);
    fx_mul_u16(a, b);
}
