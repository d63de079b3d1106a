// replace: fx_dot
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    int32_t turn[6], a[3], b[3], limit = any_int32();
    any_parts(turn, 6);
    any_parts(a, 3);
    any_parts(b, 3);
    ASSUME(limit >= 0);
    PROVE(upto(moment(turn, a, b, limit), limit));
}
