#include "pl_angle.h"

#include <stddef.h>

#include "pl_fixed.h"

int32_t pl_atan2_cdeg(int32_t y, int32_t x) {
    return fx_cdeg(fx_atan2(y, x, NULL));
}
