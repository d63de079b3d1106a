#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    uint32_t t = any_uint32(), tau = any_uint32();
    pl_svf_coef c;
    ASSUME(asks_svf_init(t, tau));
    svf_init(&c, t, tau);
    PROVE(svf_ok(&c));
}
