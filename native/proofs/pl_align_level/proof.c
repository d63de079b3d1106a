// replace: is_unit find_up fx_rotate fx_cross fx_dot fx_unit fx_qmul
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    const int32_t nominal[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    pl_align was = al;
    int result = pl_align_level(&al, nominal);
    PROVE(result == 0 || result == PL_EALIGN_NOMINAL || between(result, PL_EALIGN_MOVED, 0));
    PROVE(parts_ok(al.q, 4) && same_sums(&was, &al));
    PROVE(result == 0 || same_alignment(&was, &al));
}
