// replace: fx_int16 pl_ori_update
#include "fusion.h"
#include "pl_fusion_fifo.c"

/* Three samples: what each does to the state is what the next one asks for. */
#define SAMPLES 3

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    state_holds = true;
    uint8_t samples[12 * SAMPLES];
    uint32_t n = any_uint32();
    ANY(samples);
    ASSUME(n <= SAMPLES);
    pl_ori_update_block(&st, &co, samples, n);
}
