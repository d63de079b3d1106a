// replace: fx_cross fx_dot fx_atan2 fx_cdeg
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    int32_t a[3], b[3];
    any_parts(a, 3);
    any_parts(b, 3);
    PROVE(upto(between_cdeg(a, b), 18000));
}
