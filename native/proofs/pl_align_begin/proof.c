#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    pl_align was = al;
    pl_align_begin(&al);
    PROVE(align_ok(&al) && al.still == 0 && al.bend == 0);
    PROVE(al.q[0] == was.q[0] && al.q[3] == was.q[3] && al.quality == was.quality);
}
