// replace: low_pass mul
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && counters_ok(&st, &co));
    ASSUME(bias_ok(&st, &co, 0) && bias_ok(&st, &co, 1) && bias_ok(&st, &co, 2));
    ASSUME(all_upto(st.still_s1, 6, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.still_s2, 6, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.gyr_mean, 3, (1 << 29) + (1 << 17)));
    ASSUME(all_upto(st.sum_raw, 6, 32768 * block_size(&co)));
    find_rest(&st, &co);
    PROVE(counters_ok(&st, &co));
    PROVE(all_upto(st.still_s1, 6, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.still_s2, 6, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.gyr_mean, 3, (1 << 29) + (1 << 17)));
    PROVE(all_upto(st.sum_raw, 6, 0));
}
