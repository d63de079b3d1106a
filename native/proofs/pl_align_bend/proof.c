// replace: up_of add_turn fx_dot
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    ANY_ATTITUDE(q);
    pl_align was = al;
    pl_align_bend(&al, q);
    /* The sums are add_turn's, which is the one to count from the second call on. */
    PROVE(al.bend == (was.bend < ALIGN_CALLS_MAX ? was.bend + 1 : was.bend));
    PROVE(parts_ok(al.far_up, 3) && parts_ok(al.last_q, 4));
    was.bend = al.bend;
    PROVE(same_sums(&was, &al) && same_alignment(&was, &al));
    PROVE(parts_ok(al.first_up, 3) && al.sway_cdeg == was.sway_cdeg);
}
