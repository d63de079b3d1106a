// replace: pl_ori_is_unit
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    ANY(st);
    ASSUME(parts_upto(st.q, PART_MAX));
    pl_ori_state was = st;
    pl_ori_hold(&st);
    PROVE(unit_ok(st.q) && looked_after(&st));
    PROVE(st.start <= was.start && st.settle <= was.settle);
}
