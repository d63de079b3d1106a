// replace: pl_ori_nudge pl_ori_renormalise
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    int32_t h[3] = { any_int32(), any_int32(), any_int32() };
    ASSUME(asks_go_ahead(q, h));
    go_ahead(q, h);
    PROVE(parts_upto(q, AHEAD_MAX));
}
