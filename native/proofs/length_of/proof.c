// replace: fx_square fx_sqrt
// unwind: 15
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    int32_t x = any_int32(), y = any_int32(), z = any_int32();
    ASSUME(asks_length_of(x, y, z));
    lengths_matter = true;
    PROVE(gives_length_of(x, y, z, length_of(x, y, z)));
}
