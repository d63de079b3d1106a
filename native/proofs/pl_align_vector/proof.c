// replace: fx_rotate
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    int32_t v[3], out[3];
    any_parts(v, 3);
    pl_align_vector(&al, v, out);
    PROVE(parts_ok(out, 3));
}
