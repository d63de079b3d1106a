// replace: quotient svf_init
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    pl_ori_params params;
    pl_ori_coef co;
    ANY(params);
    ANY(co);
    int result = pl_ori_coef_init(&co, &params);
    PROVE(between(result, PL_EFUSION_PARAM, 0));
    PROVE(result < 0 || coef_ok(&co));
}
