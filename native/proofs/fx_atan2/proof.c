// replace: fx_bits fx_int32 cordic_step
// unwind: 30
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t y = any_int32(), x = any_int32(), length;
    bool told = any_bool();
    fx_atan2(y, x, told ? &length : NULL);
    PROVE(!told || length >= 0);
}
