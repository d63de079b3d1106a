// replace: fx_mul_64 fx_unit
#include "segments.h"
#include "pl_fusion_rel.c"

void proof(void) {
    ANY_REL(rel);
    int32_t c = any_int32(), s = any_int32();
    ASSUME(c != INT32_MIN && s != INT32_MIN);
    turn_heading(&rel, c, s);
    PROVE(rel_ok(&rel));
}
