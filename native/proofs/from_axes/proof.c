// replace: fx_unit
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    int32_t x[3], y[3], z[3], q[4];
    any_parts(x, 3);
    any_parts(y, 3);
    any_parts(z, 3);
    from_axes(q, x, y, z);
    PROVE(parts_ok(q, 4));
}
