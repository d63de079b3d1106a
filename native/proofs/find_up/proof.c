// replace: check_still fx_unit
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    int32_t z[3] = { 0, 0, 0 };
    int error = find_up(&al, z);
    PROVE(between(error, PL_EALIGN_MOVED, 0) && parts_ok(z, 3));
}
