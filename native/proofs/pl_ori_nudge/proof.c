// replace: pl_ori_renormalise mul
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    int32_t h[3] = { any_int32(), any_int32(), any_int32() };
    ASSUME(asks_pl_ori_nudge(q, h));
    pl_ori_nudge(q, h);
    PROVE(parts_upto(q, NUDGED_MAX + PULLED_MORE));
}
