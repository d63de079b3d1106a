// replace: is_unit fx_unit
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ALIGN(al);
    const int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    pl_align was = al;
    int result = pl_align_set(&al, q);
    PROVE(result == 0 || (result == PL_EFUSION_STATE && same_alignment(&was, &al)));
    PROVE(parts_ok(al.q, 4) && same_sums(&was, &al));
}
