#include "fusion.h"

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    int i = any_int32();
    int32_t s = any_int32();
    ASSUME(asks_step_angle(&st, &co, i, s));
    int32_t angle = step_angle(&st, &co, i, s);
    PROVE(upto(angle, ANGLE_MAX));
}
