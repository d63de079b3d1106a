// replace: mul
// unwind: 13
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    int16_t row[3] = { any_int16(), any_int16(), any_int16() };
    int32_t e = any_int32(), w = any_int32();
    int gain_bits = any_int32();
    ANY(st);
    ANY(co);
    ASSUME(asks_bias_measure(&st, &co, row, w, gain_bits));
    bias_measure(&st, &co, row, e, w, gain_bits);
    PROVE(bias_ok(&st, &co, 0) && bias_ok(&st, &co, 1) && bias_ok(&st, &co, 2));
    PROVE(variances_ok(&st));
}
