#include "segments.h"
#include "pl_fusion_rel.c"

void proof(void) {
    pl_rel rel;
    ANY(rel);
    int result = pl_rel_init(&rel, any_uint32(), any_uint32());
    PROVE(result == PL_EFUSION_RATE || result == PL_EFUSION_PARAM || (result == 0 && rel_ok(&rel)));
}
