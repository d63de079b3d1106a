// replace: fx_sqrt
// unwind: 34
#include "fixed.h"
#include "pl_fixed.c"

void proof(void) {
    uint64_t x = any_uint64();
    PROVE(gives_fx_sqrt64(x, fx_sqrt64(x)));
}
