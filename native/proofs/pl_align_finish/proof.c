// replace: find_up between_cdeg fx_cross fx_unit find_axis from_axes
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    pl_align was = al;
    int result = pl_align_finish(&al);
    PROVE(between(result, PL_EALIGN_CROOKED, 0) && same_sums(&was, &al));
    PROVE(parts_ok(al.q, 4) && upto(al.crooked_cdeg, 18000));
    PROVE(result < 0 || between(al.quality, PL_ALIGN_QUALITY_MIN, 100));
    PROVE(result == 0 || same_alignment(&was, &al));
}
