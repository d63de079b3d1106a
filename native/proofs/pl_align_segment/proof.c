// replace: fx_qmul
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    ANY_ATTITUDE(q);
    int32_t out[4];
    pl_align_segment(&al, q, out);
    PROVE(parts_ok(out, 4));
}
