#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    ANY(st);
    see_movement(&st);
    PROVE(all_upto(st.sum_raw, 6, 0) && st.rest == 0 && st.frozen == 0);
}
