#include "fixed.h"

void proof(void) {
    int32_t a = any_int32(), b = any_int32();
    PROVE(gives_fx_mul_64(a, b, fx_mul_64(a, b)));
}
