// replace: fx_bits fx_square
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    int32_t w = any_int32(), x = any_int32(), y = any_int32(), z = any_int32();
    ASSUME(asks_pl_ori_is_unit(w, x, y, z));
    squares = 0;
    int is = pl_ori_is_unit(w, x, y, z);
    PROVE(gives_pl_ori_is_unit(w, x, y, z, is));
    /* Nothing has wrapped: |q|^2 is 1 within 1/64. */
    PROVE(!is || upto((1 << 28) - (int64_t)squares, BLOCK_NORM_SLACK));
}
