// replace: low_pass
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    unsigned row = any_uint32();
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && unit_ok(st.q) && row < 2);
    ASSUME(all_upto(st.row_s1[row], 3, BLOCK_LOW_PASS_MAX));
    ASSUME(all_upto(st.row_s2[row], 3, BLOCK_LOW_PASS_MAX));
    filter_row(&st, &co, row);
    PROVE(all_upto(st.row_s1[row], 3, BLOCK_LOW_PASS_MAX));
    PROVE(all_upto(st.row_s2[row], 3, BLOCK_LOW_PASS_MAX));
    PROVE(upto(st.row[0], 16384) && upto(st.row[1], 16384) && upto(st.row[2], 16384));
}
