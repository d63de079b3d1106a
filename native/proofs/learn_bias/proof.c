// replace: bias_measure
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && counters_ok(&st, &co) && small_ok(&st) && variances_ok(&st));
    ASSUME(bias_ok(&st, &co, 0) && bias_ok(&st, &co, 1) && bias_ok(&st, &co, 2));
    ASSUME(all_upto(st.gyr_mean, 3, (1 << 29) + (1 << 17)));
    uint16_t start = st.start;
    learn_bias(&st, &co);
    PROVE(variances_ok(&st) && st.start <= start);
    PROVE(bias_ok(&st, &co, 0) && bias_ok(&st, &co, 1) && bias_ok(&st, &co, 2));
}
