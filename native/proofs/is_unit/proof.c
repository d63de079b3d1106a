// replace: fx_mul_64
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    PROVE(!is_unit(q) || parts_ok(q, 4));
}
