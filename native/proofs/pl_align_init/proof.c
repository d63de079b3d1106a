#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    pl_align al;
    ANY(al);
    int result = pl_align_init(&al, any_uint32());
    PROVE(result == PL_EFUSION_RATE || (result == 0 && align_ok(&al)));
}
