// replace: fx_sqrt
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    PROVE(gives_pl_ori_cosine_loss(pl_ori_cosine_loss(any_uint32())));
}
