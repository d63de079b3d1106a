#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    PROVE(between(check_still(&al), PL_EALIGN_MOVED, 0));
}
