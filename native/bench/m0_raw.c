/*
 * What `make bench` runs of the raw sample codec on the bare Cortex-M0+
 * (host/plumbline/virtual/m0.py): one chunk into a block, as the log adds it.
 */
#include <stdint.h>

#include "pl_raw.h"

#define BENCH_RAW_BLOCK 3997u /* what a segment leaves for one */
#define BENCH_RAW_SAMPLES 64u

pl_raw_encoder bench_raw_encoder;
uint8_t bench_raw_block[BENCH_RAW_BLOCK];
int16_t bench_raw_s[BENCH_RAW_SAMPLES * PL_RAW_AXES];
int16_t bench_raw_l[BENCH_RAW_SAMPLES * PL_RAW_AXES];

void bench_raw_begin(void) {
    pl_raw_begin(&bench_raw_encoder, bench_raw_block, BENCH_RAW_BLOCK);
}

/* PL_RAW_FULL: nothing was added; bench_raw_next, then once more. */
int32_t bench_raw_add(uint32_t n) {
    return pl_raw_add(&bench_raw_encoder, bench_raw_s, n, bench_raw_l, n, 0);
}

uint32_t bench_raw_next(void) {
    uint32_t length = pl_raw_end(&bench_raw_encoder);
    pl_raw_again(&bench_raw_encoder, bench_raw_block, BENCH_RAW_BLOCK);
    return length;
}

uint32_t bench_raw_encoder_bytes(void) {
    return sizeof bench_raw_encoder;
}
