// replace: square
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    ASSUME(asks_pl_ori_renormalise(q));
    PROVE(gives_lack_of(q, lack_of(q)));
}
