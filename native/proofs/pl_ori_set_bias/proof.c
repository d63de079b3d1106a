#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    ASSUME(bias_unit_ok(&co));
    const int32_t bias[3] = { any_int32(), any_int32(), any_int32() };
    pl_ori_set_bias(&st, &co, bias);
    PROVE(state_ok(&st, &co));
}
