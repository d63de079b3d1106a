// replace: fx_rotate
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ATTITUDE(q);
    int32_t up[3];
    up_of(up, q);
    PROVE(parts_ok(up, 3));
}
