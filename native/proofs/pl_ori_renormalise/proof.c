// replace: lack_of mul
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    ASSUME(asks_pl_ori_renormalise(q));
    int32_t limit = pulled_limit(q);
    pl_ori_renormalise(q);
    PROVE(parts_upto(q, limit));
}
