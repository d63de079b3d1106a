// replace: fx_mul_16
#include "fixed.h"

void proof(void) {
    int32_t a = any_int32(), b = any_int32();
    ASSUME(upto(b, 32768));
    PROVE(gives_fx_mul_s16(a, b, fx_mul_s16(a, b)));
}
