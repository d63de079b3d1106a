// replace: up_of between_cdeg
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    ANY_ATTITUDE(q);
    pl_align_still(&al, q, any_uint32());
    PROVE(align_ok(&al));
}
