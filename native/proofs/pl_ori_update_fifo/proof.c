// replace: pl_fifo_word pl_ori_gap pl_ori_update
// unwind: 6
#include "fusion.h"
#include "pl_fusion_fifo.c"

/* Four words and a rest: what each does to the state is what the next one asks for. */
#define BYTES (4 * PL_FIFO_WORD + 6)

void proof(void) {
    pl_ori_state st;
    pl_ori_coef co;
    ANY(st);
    ANY(co);
    state_holds = true;
    pl_fifo fifo;
    uint8_t bytes[BYTES];
    uint32_t length = any_uint32(), lost = any_uint32();
    ANY(fifo);
    ANY(bytes);
    ASSUME(fifo_ok(&fifo) && length <= BYTES);
    uint32_t n = pl_ori_update_fifo(&st, &co, &fifo, bytes, length, &lost);
    PROVE(n <= length / PL_FIFO_WORD);
    PROVE(fifo_ok(&fifo));
}
