// replace: fx_mul_64
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t a = any_int32(), b = any_int32(), c = any_int32(), d = any_int32();
    ASSUME(asks_sum2(a, b, c, d));
    PROVE(gives_sum2(sum2(a, b, c, d)));
}
