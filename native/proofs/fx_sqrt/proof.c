// unwind: 17
#include "fixed.h"
#include "pl_fixed.c"

void proof(void) {
    uint32_t x = any_uint32();
    uint32_t root = fx_sqrt(x);
    PROVE(gives_fx_sqrt(x, root) && root_reaches(x, root));
}
