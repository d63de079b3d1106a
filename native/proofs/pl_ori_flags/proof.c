#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    PROVE(pl_ori_flags(&st, &co) < 16);
}
