#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t x = any_int32();
    ASSUME(asks_square(x));
    PROVE(gives_square(x, square(x)));
}
