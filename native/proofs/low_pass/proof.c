// replace: fx_bits
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t s1 = any_int32(), s2 = any_int32(), in = any_int32();
    pl_svf_coef c;
    ANY(c);
    ASSUME(asks_low_pass(s1, s2, &c, in));
    int32_t out = low_pass(&s1, &s2, &c, in);
    PROVE(gives_low_pass(s1, s2, out));
}
