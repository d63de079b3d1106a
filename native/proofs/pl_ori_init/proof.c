#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co));
    pl_ori_init(&st, &co);
    PROVE(state_ok(&st, &co));
}
