// replace: step_sample pl_ori_stage pl_ori_level
// unwind: 9
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && st.sample < block_size(&co));
    body_holds = true;
    force_bound = force_limit(&st, &co);
    raw_bound = raw_limit(&st, &co);
    int16_t s[6] = { any_int16(), any_int16(), any_int16(), any_int16(), any_int16(), any_int16() };
    pl_ori_update(&st, &co, s);
    PROVE(st.sample < block_size(&co));
    PROVE(force_bound <= force_limit(&st, &co) && raw_bound <= raw_limit(&st, &co));
}
