// replace: fx_mul_64
#include "segments.h"
#include "pl_fusion_rel.c"

void proof(void) {
    int32_t a = any_int32(), b = any_int32(), c = any_int32(), d = any_int32();
    ASSUME(asks_sum2(a, b, c, d));
    PROVE(upto(products(a, b, c, d), 1 << 30));
}
