// replace: fx_mul_s16 mul
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t v[3] = { any_int32(), any_int32(), any_int32() };
    int32_t x = any_int32(), y = any_int32();
    ASSUME(asks_turn_vector(v, x, y));
    const int32_t was[3] = { v[0], v[1], v[2] };
    turn_vector(v, x, y);
    PROVE(gives_turn_vector(was, v));
}
