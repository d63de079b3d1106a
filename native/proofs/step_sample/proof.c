// replace: step_angle step_lack step_turn step_still pl_ori_is_unit fx_bits fx_int16
#include "fusion.h"
#include "pl_fusion_block.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(asks_step_sample(&st, &co));
    int16_t s[6] = { any_int16(), any_int16(), any_int16(), any_int16(), any_int16(), any_int16() };
    pl_ori_state was = st;
    step_sample(&st, &co, s);
    PROVE(grown(&was, &st));
    PROVE(unit_ok(st.q) && looked_after(&st));
    PROVE(upto(st.h[0], STEP_H_MAX) && upto(st.h[1], STEP_H_MAX) && upto(st.h[2], STEP_H_MAX));
}
