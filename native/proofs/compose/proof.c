// replace: fx_qmul
#include "segments.h"
#include "pl_fusion_rel.c"

void proof(void) {
    ANY_REL(rel);
    ANY_ATTITUDE(lower);
    ANY_ATTITUDE(upper);
    int32_t out[4];
    compose(&rel, lower, upper, out);
    PROVE(parts_ok(out, 4));
}
