// replace: pl_ori_is_unit
// unwind: 40
#include "fusion.h"
#include "pl_fusion_state.c"

/* Nothing that is not a state gets through, whatever the bytes. */
void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co));
    if (pl_ori_valid(&st, &co)) {
        PROVE(state_ok(&st, &co) && looked_after(&st));
    }
}
