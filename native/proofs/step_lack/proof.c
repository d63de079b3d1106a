// replace: fx_square
#include "fusion.h"

void proof(void) {
    int32_t x = any_int32(), y = any_int32(), z = any_int32();
    ASSUME(asks_step_lack(x, y, z));
    int32_t lack = step_lack(x, y, z);
    PROVE(between(lack, 0, LACK_MAX));
}
