/* Samples from bytes and from LSM6DSO FIFO words: see pl_fusion.h. */
#include <string.h>

#include "pl_fixed.h"
#include "pl_fusion.h"

#define TAG_GYR 1u
#define TAG_ACC 2u
#define HAVE_BOTH (TAG_GYR | TAG_ACC)
#define BEGUN 0x80u
#define LOST_MAX 0x8000u /* some more is as bad */

void pl_fifo_init(pl_fifo *fifo) {
    memset(fifo, 0, sizeof *fifo);
}

/* n counts from little-endian bytes. */
static FX_COLD void read_counts(int16_t *to, const uint8_t *from, int n) {
    for (int i = 0; i < n; i++) {
        to[i] = fx_int16(from[2 * i] | (uint32_t)from[2 * i + 1] << 8);
    }
}

int pl_fifo_word(pl_fifo *fifo, const uint8_t word[PL_FIFO_WORD]) {
    unsigned sensor = word[0] >> 3, slot = (word[0] >> 1) & 3u;
    if (sensor != TAG_GYR && sensor != TAG_ACC) {
        return 0;
    }
    unsigned have = fifo->have & HAVE_BOTH, missing = (slot - fifo->slot - 1u) & 3u;
    if (!(fifo->have & BEGUN)) {
        fifo->lost = 0;
    } else if (have == HAVE_BOTH) {
        /* The last sample was complete: this word should be of the next slot. */
        fifo->lost = (uint16_t)missing;
        have = 0;
    } else if (slot != fifo->slot || (have & sensor)) {
        /* Half a sample was left alone. */
        if (fifo->lost < LOST_MAX) {
            fifo->lost = (uint16_t)(fifo->lost + 1u + missing);
        }
        have = 0;
    }
    read_counts(&fifo->sample[sensor == TAG_GYR ? 0 : 3], word + 1, 3);
    fifo->slot = (uint8_t)slot;
    fifo->have = (uint8_t)(have | sensor | BEGUN);
    return (have | sensor) == HAVE_BOTH;
}

void pl_ori_update_block(pl_ori_state *st, const pl_ori_coef *co, const uint8_t *samples,
                         uint32_t n) {
    for (; n > 0; n--, samples += 12) {
        int16_t s[6];
        read_counts(s, samples, 6);
        pl_ori_update(st, co, s);
    }
}

uint32_t pl_ori_update_fifo(pl_ori_state *st, const pl_ori_coef *co, pl_fifo *fifo,
                            const uint8_t *bytes, uint32_t length, uint32_t *lost) {
    uint32_t samples = 0;
    for (; length >= PL_FIFO_WORD; length -= PL_FIFO_WORD, bytes += PL_FIFO_WORD) {
        if (pl_fifo_word(fifo, bytes)) {
            if (fifo->lost) {
                pl_ori_gap(st, co, fifo->lost);
                *lost += fifo->lost;
            }
            pl_ori_update(st, co, fifo->sample);
            samples++;
        }
    }
    return samples;
}
