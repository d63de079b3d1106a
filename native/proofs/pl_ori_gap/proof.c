// replace: go_ahead pl_ori_hold
// unwind: 9
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && unit_ok(st.q));
    ASSUME(upto(st.h[0], STEP_H_MAX) && upto(st.h[1], STEP_H_MAX) && upto(st.h[2], STEP_H_MAX));
    /* Eight samples: what each does to the state is what the next one asks for. */
    uint32_t n = any_uint32();
    ASSUME(n <= 8 || n > co.hold_samples);
    pl_ori_state was = st;
    pl_ori_gap(&st, &co, n);
    PROVE(unit_ok(st.q) && upto(st.h[0], STEP_H_MAX) && upto(st.h[1], STEP_H_MAX));
    PROVE(st.start <= was.start && st.settle <= was.settle && st.rest <= was.rest);
}
