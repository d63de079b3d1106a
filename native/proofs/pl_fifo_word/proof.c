// replace: fx_int16
#include "fusion.h"
#include "pl_fusion_fifo.c"

void proof(void) {
    pl_fifo fifo;
    uint8_t word[PL_FIFO_WORD];
    ANY(fifo);
    ANY(word);
    ASSUME(fifo_ok(&fifo));
    int made = pl_fifo_word(&fifo, word);
    PROVE(fifo_ok(&fifo));
    PROVE(made == 0 || made == 1);
}
