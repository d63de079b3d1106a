/* Contracts of what is put together of the orientation filter's parts, and of its start. */
#ifndef PROOF_FUSION_H
#define PROOF_FUSION_H

#include "fusion_block.h"
#include "fusion_state.h"
#include "fusion_step.h"

/* ---- coefficients ---- */

static inline bool asks_svf_init(uint32_t t, uint32_t tau) {
    return t <= 200000 && tau >= 500000 && tau <= 20000000;
}

void svf_init_contract(pl_svf_coef *c, uint32_t t, uint32_t tau) {
    PROVE(asks_svf_init(t, tau));
    c->a1 = (uint16_t)(any_uint32() & 0xFFFFu);
    c->a2 = (uint16_t)(any_uint32() & 0xFFFFu);
    c->g = (uint16_t)(any_uint32() & 0xFFFFu);
    ASSUME(svf_ok(c));
}

static inline bool reaches(uint64_t n, uint32_t c, uint64_t low, uint64_t quotient) {
    return (quotient >= low) == (n >= low * c);
}

/*
 * The one contract without a proof of its own, which the solver does not find in hours: what a
 * quotient is.  It reaches a number just when the dividend reaches that many times the divisor.
 */
static inline bool gives_quotient(uint64_t n, uint32_t c, uint64_t quotient) {
    return reaches(n, c, 16, quotient) && reaches(n, c, BIAS_LIMIT_MAX + 1, quotient)
        && reaches(n, c, 1 << 22, quotient) && reaches(n, c, (1 << 30) + 1, quotient)
        && (quotient >> 32 != 0) == (n >> 32 >= c);
}

uint64_t quotient_contract(uint64_t n, uint32_t c) {
    PROVE(c > 0);
    uint64_t quotient = any_uint64();
    ASSUME(gives_quotient(n, c, quotient));
    return quotient;
}

/* ---- start ---- */

static inline bool asks_length_of(int32_t x, int32_t y, int32_t z) {
    return between(x, INT16_MIN, INT16_MAX) && between(y, INT16_MIN, INT16_MAX)
        && between(z, INT16_MIN, INT16_MAX);
}

static inline bool gives_length_of(int32_t x, int32_t y, int32_t z, int32_t length) {
    int64_t more = 5 * (int64_t)length + 12;
    return upto(4 * x, more) && upto(4 * y, more) && upto(4 * z, more) && between(length, 0, 65535);
}

int32_t length_of_contract(int32_t x, int32_t y, int32_t z) {
    PROVE(asks_length_of(x, y, z));
    int32_t length = any_int32();
    ASSUME(gives_length_of(x, y, z, length));
    return length;
}

/* From any sample: an attitude, or none yet. */
void pl_ori_level_contract(pl_ori_state *st, const int16_t s[6]) {
    for (int i = 0; i < 4; i++) {
        st->q[i] = any_int32();
    }
    for (int i = 0; i < 6; i++) {
        st->last[i] = s[i];
    }
    ASSUME(unit_ok(st->q));
    st->begun |= any_bool() ? PL_ORI_BEGUN_LEVEL : 0;
    if (any_bool()) {
        st->start = st->settle = 0;
    }
}

/* ---- an update ---- */

/*
 * Where functions are put together, body_ok is a token: each part asks for it and gives it back,
 * as its own proof shows, and nothing between the parts touches what it is about.  Of the sums
 * their bounds are carried along.
 */
bool body_holds;
int64_t force_bound, raw_bound;

void step_sample_contract(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    PROVE(body_holds && force_bound <= 1400000000 && raw_bound <= 1 << 30);
    st->begun = (uint8_t)(any_int32() & PL_ORI_BEGUN_ALL);
    force_bound += BLOCK_SAMPLE_FORCE_MAX;
    raw_bound += 32768;
}

void pl_ori_stage_contract(pl_ori_state *st, const pl_ori_coef *co, unsigned stage) {
    PROVE(body_holds && stage < BLOCK_STAGES);
    PROVE(stage != 1 || force_bound <= STAGE_FORCE_MAX);
    PROVE(stage != 4 || raw_bound <= 32768 * block_size(co));
    st->begun = (uint8_t)(any_int32() & PL_ORI_BEGUN_ALL);
    if (stage == 0) {
        force_bound = 0;
    } else if (stage == 1) {
        force_bound = turned((int32_t)force_bound);
    } else if (stage == 4) {
        raw_bound = 0;
    }
}

/* ---- what uses the above ---- */

/* Where samples follow each other, state_ok is the token. */
bool state_holds;

void pl_ori_update_contract(pl_ori_state *st, const pl_ori_coef *co, const int16_t s[6]) {
    PROVE(state_holds);
}

void pl_ori_gap_contract(pl_ori_state *st, const pl_ori_coef *co, uint32_t n) {
    PROVE(state_holds);
}

/* Words' counters: 1 gyroscope, 2 accelerometer, 0x80 begun. */
static inline bool fifo_ok(const pl_fifo *fifo) {
    return fifo->slot < 4 && (fifo->have & 0x7C) == 0 && fifo->lost <= 0x8003;
}

int pl_fifo_word_contract(pl_fifo *fifo, const uint8_t word[PL_FIFO_WORD]) {
    PROVE(fifo_ok(fifo) && __CPROVER_r_ok(word, PL_FIFO_WORD));
    ANY(*fifo);
    ASSUME(fifo_ok(fifo));
    return any_bool();
}

#define AHEAD_MAX (NUDGED_MAX + 3 * PULLED_MORE)

static inline bool asks_go_ahead(const int32_t q[4], const int32_t h[3]) {
    return parts_upto(q, UNIT_MAX);
}

void go_ahead_contract(int32_t q[4], const int32_t h[3]) {
    PROVE(asks_go_ahead(q, h));
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, AHEAD_MAX));
}

int pl_ori_valid_contract(const pl_ori_state *st, const pl_ori_coef *co) {
    return any_bool() && state_ok(st, co);
}

uint32_t pl_crc32_contract(uint32_t crc, const uint8_t *data, uint32_t length) {
    PROVE(__CPROVER_r_ok(data, length));
    return any_uint32();
}

#endif
