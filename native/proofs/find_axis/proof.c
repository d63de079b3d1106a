// replace: moment fx_atan2 fx_cdeg fx_mul_64 fx_unit fx_cross
// unwind: 36
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    int32_t x[3], y[3], z[3];
    any_parts(x, 3);
    any_parts(y, 3);
    any_parts(z, 3);
    PROVE(upto(find_axis(&al, x, y, z), SHARE_MAX));
    PROVE(align_ok(&al) && parts_ok(x, 3) && parts_ok(y, 3));
}
