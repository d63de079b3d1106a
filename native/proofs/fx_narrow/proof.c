#include "fixed.h"

void proof(void) {
    int64_t x = any_int64();
    int32_t limit = any_int32();
    ASSUME(limit >= 0);
    int32_t held = fx_narrow(x, limit);
    PROVE(upto(held, limit) && (held == x || !upto(x, limit)));
}
