// replace: up_of fx_atan2 fx_cdeg
#include "segments.h"
#include "pl_fusion_align.c"

void proof(void) {
    ANY_ATTITUDE(q);
    int32_t tilt[2];
    pl_tilt(q, tilt);
    PROVE(upto(tilt[0], 18000) && upto(tilt[1], 18000));
}
