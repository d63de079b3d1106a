// replace: go_ahead
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    int32_t q[4];
    pl_ori_quat(&st, &co, q);
}
