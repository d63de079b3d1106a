// replace: fx_qmul fx_mul_64
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    ANY_ATTITUDE(q);
    ASSUME(between(al.bend, 1, ALIGN_CALLS_MAX - 1));
    add_turn(&al, q);
    PROVE(align_ok(&al));
}
