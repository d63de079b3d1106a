// replace: compose products fx_atan2 fx_cdeg fx_mul_64 fx_unit turn_heading
// unwind: 9
#include "segments.h"
#include "pl_fusion_rel.c"

void proof(void) {
    ANY_REL(rel);
    ANY_ATTITUDE(lower);
    ANY_ATTITUDE(upper);
    pl_rel_update(&rel, lower, upper, any_int32());
    PROVE(rel_ok(&rel));
    PROVE(upto(rel.angle_cdeg[0], 18000) && upto(rel.angle_cdeg[1], 18000));
}
