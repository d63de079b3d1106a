// replace: pl_ori_nudge pl_ori_hold turn_vector
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    ANY(st);
    ASSUME(unit_ok(st.q) && st.correction[0] > INT16_MIN && st.correction[1] > INT16_MIN);
    ASSUME(all_upto(st.force_s1, 3, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.force_s2, 3, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.sum_force, 3, STAGE_FORCE_MAX));
    pl_ori_state was = st;
    apply_lean(&st);
    PROVE(unit_ok(st.q) && st.start <= was.start && st.settle <= was.settle);
    PROVE(all_upto(st.force_s1, 3, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.force_s2, 3, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.sum_force, 3, turned(largest(was.sum_force))));
}
