// replace: low_pass fx_bits
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && counters_ok(&st, &co));
    ASSUME(all_upto(st.force_s1, 3, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.force_s2, 3, BLOCK_LOW_PASS_MAX));
    find_lean(&st, &co);
    PROVE(counters_ok(&st, &co));
    PROVE(all_upto(st.force_s1, 3, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.force_s2, 3, BLOCK_LOW_PASS_MAX));
    PROVE(st.correction[0] > INT16_MIN && st.correction[1] > INT16_MIN);
    PROVE(all_upto(st.sum_force, 3, 0));
}
