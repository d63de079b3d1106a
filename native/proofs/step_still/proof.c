// replace: fx_bits
#include "fusion.h"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    ASSUME(coef_ok(&co) && all_upto(st.sum_raw, 6, INT32_MAX - 32768));
    pl_ori_state was = st;
    step_still(&st, &co);
    for (int i = 0; i < 6; i++) {
        PROVE(upto((int64_t)st.sum_raw[i] - was.sum_raw[i], 32768));
        was.sum_raw[i] = st.sum_raw[i];
    }
    PROVE((st.seen | PL_ORI_SEEN_MOTION) == (was.seen | PL_ORI_SEEN_MOTION));
    was.seen = st.seen;
    for (size_t i = 0; i < 6; i++) {
        PROVE(st.last[i] == was.last[i] && st.still[i] == was.still[i]);
    }
}
