#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    ASSUME(bias_unit_ok(&co));
    int32_t bias[3];
    pl_ori_bias(&st, &co, bias);
}
