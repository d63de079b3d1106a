// replace: length_of pl_ori_renormalise pl_ori_hold
// unwind: 32
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    pl_ori_state st;
    ANY(st);
    ASSUME(unit_ok(st.q));
    int16_t s[6] = { any_int16(), any_int16(), any_int16(), any_int16(), any_int16(), any_int16() };
    pl_ori_state was = st;
    pl_ori_level(&st, s);
    PROVE(unit_ok(st.q));
    PROVE(st.start <= was.start && st.settle <= was.settle && st.sample == was.sample);
}
