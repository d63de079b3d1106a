// unwind: 17
#include "fixed.h"
#include "pl_fixed.c"

void proof(void) {
    uint32_t x = any_uint32();
    PROVE(gives_fx_sqrt(x, fx_sqrt(x)));
}
