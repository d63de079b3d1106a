#include "fixed.h"

void proof(void) {
    int32_t a = any_int32(), b = any_int32();
    ASSUME(asks_fx_mul_16(a, b));
    PROVE(gives_fx_mul_16(a, b, fx_mul_16(a, b)));
}
