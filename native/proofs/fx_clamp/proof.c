#include "fixed.h"

void proof(void) {
    int32_t x = any_int32(), limit = any_int32();
    ASSUME(limit >= 0);
    int32_t held = fx_clamp(x, limit);
    PROVE(upto(held, limit) && (held == x || !upto(x, limit)));
}
