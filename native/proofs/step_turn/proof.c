// replace: pl_ori_cosine_loss
#include "fusion.h"

void proof(void) {
    int32_t q[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    int32_t x = any_int32(), y = any_int32(), z = any_int32();
    ASSUME(asks_step_turn(q, x, y, z));
    step_turn(q, x, y, z);
    PROVE(parts_upto(q, PART_MAX));
}
