/*
 * Contracts of the orientation filter and the invariants of its coefficients and state.
 *
 * coef_ok is what pl_ori_coef_init gives; state_ok what holds between updates: pl_ori_init makes
 * it so, pl_ori_restore lets nothing else in, and update, gap and set_bias keep it, each shown by
 * the proof of that name.  Parts of an update keep body_ok, state_ok without the sums' bounds.
 */
#ifndef PROOF_FUSION_H
#define PROOF_FUSION_H

#include "fixed.h"
#include "pl_fusion.h"
#include "pl_fusion_block.h"
#include "pl_fusion_step.h"

static inline bool svf_ok(const pl_svf_coef *c) {
    return c->a2 <= 13107 && c->g <= 19660;
}

static inline bool coef_ok(const pl_ori_coef *co) {
    int64_t full = ((int64_t)co->half_angle * 65536 + co->half_angle_low) >> 1;
    return between(co->half_angle, 0, 32767) && between(co->half_angle_low, 0, 65535)
        && between(co->bias_limit, 16, 450000000)
        && full + (3 * (int64_t)co->bias_limit >> PL_ORI_BIAS_BITS) <= (STEP_H_MAX - 1) << 16
        && co->block_log2 <= 7 && svf_ok(&co->force) && svf_ok(&co->row) && svf_ok(&co->rest)
        && between(co->rest_blocks, 1, 64) && between(co->settle_blocks, 1, 64)
        && co->hold_samples <= 200 && co->delay <= 32768 && between(co->p_growth, 1, 1 << 10)
        && between(co->w_motion, 1 << 26, 1 << 28) && between(co->w_rest, 1 << 19, 1 << 21)
        && co->rest_off[0] <= 32767 && co->rest_off[1] <= 32767
        && between(co->udps_per_bias, 1 << 22, 1 << 30);
}

/* A bias of three times its limit is some 90 deg/s at most. */
static inline bool bias_unit_ok(const pl_ori_coef *co) {
    return (int64_t)co->bias_limit * co->udps_per_bias <= 31000000ll << 26;
}

/* Parts of an attitude that is one, Q29. */
#define UNIT_MAX (BLOCK_Q_PART_MAX * 32768 + 16384)
/* Parts that can still be rounded. */
#define PART_MAX (INT32_MAX - 16384)

static inline bool parts_upto(const int32_t q[4], int64_t limit) {
    return upto(q[0], limit) && upto(q[1], limit) && upto(q[2], limit) && upto(q[3], limit);
}

/* What |q| = 1 within 1/128 leaves for the parts: that it is so is what pl_ori_is_unit has found of
   any attitude between updates (see the proofs of step_sample and pl_ori_hold). */
static inline bool unit_ok(const int32_t q[4]) {
    return parts_upto(q, UNIT_MAX);
}

static inline bool all_upto(const int32_t *x, int n, int64_t limit) {
    for (int i = 0; i < n; i++) {
        if (!upto(x[i], limit)) {
            return false;
        }
    }
    return true;
}

static inline bool bias_ok(const pl_ori_state *st, const pl_ori_coef *co, int i) {
    int64_t limit = co->bias_limit;
    return upto(st->bias_origin[i], 2 * limit) && upto(st->bias[i], 3 * limit)
        && upto((int64_t)st->bias[i] - st->bias_origin[i], limit);
}

static inline bool low_passes_ok(const pl_ori_state *st) {
    return all_upto(st->force_s1, 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->force_s2, 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s1[0], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s1[1], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s2[0], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->row_s2[1], 3, BLOCK_LOW_PASS_MAX)
        && all_upto(st->still_s1, 6, BLOCK_LOW_PASS_MAX)
        && all_upto(st->still_s2, 6, BLOCK_LOW_PASS_MAX);
}

static inline bool variances_ok(const pl_ori_state *st) {
    return all_upto(st->p, 6, BLOCK_P_MAX) && st->p[0] >= 1 && st->p[3] >= 1 && st->p[5] >= 1;
}

static inline bool counters_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return st->start <= 2 * co->rest_blocks && st->settle <= 3 * co->settle_blocks
        && st->sure <= co->settle_blocks
        && st->rest <= co->rest_blocks && st->frozen <= co->settle_blocks && st->block < 12;
}

static inline bool small_ok(const pl_ori_state *st) {
    return upto(st->h[0], STEP_H_MAX) && upto(st->h[1], STEP_H_MAX)
        && upto(st->h[2], STEP_H_MAX) && upto(st->row[0], 16384) && upto(st->row[1], 16384)
        && upto(st->row[2], 16384) && st->correction[0] > INT16_MIN
        && st->correction[1] > INT16_MIN;
}

/* All but the sums. */
static inline bool body_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return unit_ok(st->q) && small_ok(st) && counters_ok(st, co) && bias_ok(st, co, 0)
        && bias_ok(st, co, 1) && bias_ok(st, co, 2) && all_upto(st->gyr_mean, 3, (1 << 29) + (1 << 17))
        && variances_ok(st) && low_passes_ok(st);
}

static inline int64_t block_size(const pl_ori_coef *co) {
    return 1 << co->block_log2;
}

/* Samples that a sum has taken since stage `stage` emptied it. */
static inline int64_t taken(const pl_ori_state *st, const pl_ori_coef *co, int stage) {
    int64_t ran = ((stage + 1) * block_size(co) - 1) >> BLOCK_STAGES_LOG2;
    return (st->sample - 1 - ran + block_size(co)) & (block_size(co) - 1);
}

/* Bounds of the sums between updates. */
static inline int64_t force_limit(const pl_ori_state *st, const pl_ori_coef *co) {
    int64_t samples = taken(st, co, 0), eighth = block_size(co) >> 3;
    /* Stage 1 turns the sum when an eighth of a block is in it. */
    return (samples + (samples >= eighth ? 1 + (eighth >> 1) : 0)) * BLOCK_SAMPLE_FORCE_MAX;
}

static inline int64_t raw_limit(const pl_ori_state *st, const pl_ori_coef *co) {
    return taken(st, co, 4) * 32768;
}

static inline bool sums_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return st->sample < block_size(co) && all_upto(st->sum_force, 3, force_limit(st, co))
        && all_upto(st->sum_raw, 6, raw_limit(st, co));
}

static inline bool state_ok(const pl_ori_state *st, const pl_ori_coef *co) {
    return body_ok(st, co) && sums_ok(st, co);
}

/* Any coefficients and state of a filter. */
#define ANY_FILTER(st, co) \
    pl_ori_state st; \
    pl_ori_coef co; \
    ANY(st); \
    ANY(co); \
    ASSUME(coef_ok(&co) && state_ok(&st, &co))

/* The largest size among three, none of them INT32_MIN. */
static inline int32_t largest(const int32_t v[3]) {
    int32_t x = v[0] < 0 ? -v[0] : v[0];
    int32_t y = v[1] < 0 ? -v[1] : v[1];
    int32_t z = v[2] < 0 ? -v[2] : v[2];
    int32_t xy = x > y ? x : y;
    return xy > z ? xy : z;
}

/* ---- one sample ---- */

static inline bool gives_pl_ori_cosine_loss(int32_t lost) {
    return between(lost, 0, 65536);
}

int32_t pl_ori_cosine_loss_contract(uint32_t n) {
    int32_t lost = any_int32();
    ASSUME(gives_pl_ori_cosine_loss(lost));
    return lost;
}

#define LACK_MAX 7812

static inline bool asks_step_lack(int32_t hx, int32_t hy, int32_t hz) {
    return upto(hx, STEP_H_MAX) && upto(hy, STEP_H_MAX) && upto(hz, STEP_H_MAX);
}

int32_t step_lack_contract(int32_t hx, int32_t hy, int32_t hz) {
    PROVE(asks_step_lack(hx, hy, hz));
    int32_t lack = any_int32();
    ASSUME(between(lack, 0, LACK_MAX));
    return lack;
}

/* Sine parts of half angles, Q15. */
#define TURN_MAX 20600

static inline bool asks_step_turn(const int32_t q[4], int32_t dx, int32_t dy, int32_t dz) {
    return parts_upto(q, UNIT_MAX) && upto(dx, TURN_MAX) && upto(dy, TURN_MAX)
        && upto(dz, TURN_MAX);
}

void step_turn_contract(int32_t q[4], int32_t dx, int32_t dy, int32_t dz) {
    PROVE(asks_step_turn(q, dx, dy, dz));
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, PART_MAX));
}

/* A half angle of any count, Q31. */
#define ANGLE_MAX ((STEP_H_MAX - 1) * 65536 + 4)

static inline bool asks_step_angle(const pl_ori_state *st, const pl_ori_coef *co, int i, int32_t s) {
    return coef_ok(co) && between(i, 0, 2) && upto(st->bias[i], 3 * (int64_t)co->bias_limit)
        && between(s, INT16_MIN, INT16_MAX);
}

int32_t step_angle_contract(const pl_ori_state *st, const pl_ori_coef *co, int i,
                                          int32_t s) {
    PROVE(asks_step_angle(st, co, i, s));
    int32_t angle = any_int32();
    ASSUME(upto(angle, ANGLE_MAX));
    return angle;
}

static inline bool asks_pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z) {
    return upto(w, 1 << 17) && upto(x, 1 << 17) && upto(y, 1 << 17) && upto(z, 1 << 17);
}

static inline bool gives_pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z, int is) {
    return !is || (upto(w, BLOCK_Q_PART_MAX) && upto(x, BLOCK_Q_PART_MAX)
                   && upto(y, BLOCK_Q_PART_MAX) && upto(z, BLOCK_Q_PART_MAX));
}

/* The last attitude that was asked about, and the answer. */
int32_t asked[4];
int answered;

int pl_ori_is_unit_contract(int32_t w, int32_t x, int32_t y, int32_t z) {
    PROVE(asks_pl_ori_is_unit(w, x, y, z));
    int is = any_bool();
    ASSUME(gives_pl_ori_is_unit(w, x, y, z, is));
    asked[0] = w;
    asked[1] = x;
    asked[2] = y;
    asked[3] = z;
    answered = is;
    return is;
}

/* The attitude was found to be of length 1, or forgotten. */
static inline bool looked_after(const pl_ori_state *st) {
    const int32_t *q = st->q;
    bool forgotten = q[0] == BLOCK_ONE && q[1] == 0 && q[2] == 0 && q[3] == 0
        && !(st->begun & PL_ORI_BEGUN_LEVEL) && st->settle == 0;
    return forgotten
        || (answered && asked[0] == FX_ROUND(q[0], 15) && asked[1] == FX_ROUND(q[1], 15)
            && asked[2] == FX_ROUND(q[2], 15) && asked[3] == FX_ROUND(q[3], 15));
}

void step_still_contract(pl_ori_state *st, const pl_ori_coef *co) {
    for (int i = 0; i < 6; i++) {
        PROVE(upto(st->sum_raw[i], (int64_t)INT32_MAX - 32768));
        int32_t before = st->sum_raw[i];
        st->sum_raw[i] = any_int32();
        ASSUME(upto((int64_t)st->sum_raw[i] - before, 32768));
    }
    if (any_bool()) {
        st->seen |= PL_ORI_SEEN_MOTION;
    }
}

/* What one sample asks for and gives, beside the attitude, which is looked after. */
static inline bool asks_step_sample(const pl_ori_state *st, const pl_ori_coef *co) {
    return coef_ok(co) && unit_ok(st->q) && small_ok(st) && bias_ok(st, co, 0)
        && bias_ok(st, co, 1) && bias_ok(st, co, 2) && all_upto(st->sum_force, 3, 1400000000)
        && all_upto(st->sum_raw, 6, 1 << 30);
}

static inline bool grown(const pl_ori_state *was, const pl_ori_state *st) {
    for (int i = 0; i < 6; i++) {
        if (!upto((int64_t)st->sum_raw[i] - was->sum_raw[i], 32768)) {
            return false;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (!upto((int64_t)st->sum_force[i] - was->sum_force[i], BLOCK_SAMPLE_FORCE_MAX)) {
            return false;
        }
    }
    return true;
}

/* ---- slow part ---- */

/*
 * What the stages ask for and give, each in its own proof: parts of body_ok, and of the sums
 *   0 (find_lean)   empties sum_force
 *   1 (apply_lean)  turns sum_force, which grows by half at most
 *   4 (find_rest)   empties sum_raw
 */
#define STAGE_FORCE_MAX (1 << 28) /* sum_force that stage 1 takes */

/* What a turn by the correction makes of a vector's largest part. */
static inline int32_t turned(int32_t size) {
    return size + (size >> 1) + (1 << 17);
}

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

/* ---- what the stages are made of ---- */

static inline bool asks_low_pass(int32_t s1, int32_t s2, const pl_svf_coef *c, int32_t in) {
    return upto(s1, BLOCK_LOW_PASS_MAX) && upto(s2, BLOCK_LOW_PASS_MAX) && svf_ok(c)
        && upto(in, 1 << 29);
}

static inline bool gives_low_pass(int32_t s1, int32_t s2, int32_t out) {
    return upto(s1, BLOCK_LOW_PASS_MAX) && upto(s2, BLOCK_LOW_PASS_MAX) && upto(out, 1 << 30);
}

int32_t low_pass_contract(int32_t *s1, int32_t *s2, const pl_svf_coef *c, int32_t in) {
    PROVE(asks_low_pass(*s1, *s2, c, in));
    int32_t out = any_int32();
    *s1 = any_int32();
    *s2 = any_int32();
    ASSUME(gives_low_pass(*s1, *s2, out));
    return out;
}

static inline bool asks_turn_vector(const int32_t v[3], int32_t ex, int32_t ey) {
    return all_upto(v, 3, 1 << 30) && upto(ex, 32767) && upto(ey, 32767);
}

static inline bool gives_turn_vector(const int32_t was[3], const int32_t v[3]) {
    return all_upto(v, 3, turned(largest(was))) && all_upto(v, 3, BLOCK_LOW_PASS_MAX);
}

void turn_vector_contract(int32_t v[3], int32_t ex, int32_t ey) {
    PROVE(asks_turn_vector(v, ex, ey));
    const int32_t was[3] = { v[0], v[1], v[2] };
    for (int i = 0; i < 3; i++) {
        v[i] = any_int32();
    }
    ASSUME(gives_turn_vector(was, v));
}

/* Parts after a nudge; pulling to length 1 lets them grow by a little at most, as a large part
   makes the length too large. */
#define NUDGED_MAX (UNIT_MAX + UNIT_MAX / 8 * 3 + (1 << 17))
#define PULLED_MORE (1 << 18)
#define LARGE_PART (BLOCK_ONE + (1 << 24))

static inline bool asks_square(int32_t x) {
    return upto(x, NUDGED_MAX + 8 * PULLED_MORE);
}

static inline bool gives_square(int32_t x, int32_t square) {
    return between(square, 0, 519000000) && (upto(x, LARGE_PART) || square >= 1 << 28);
}

int32_t square_contract(int32_t x) {
    PROVE(asks_square(x));
    int32_t square = any_int32();
    ASSUME(gives_square(x, square));
    return square;
}

static inline bool asks_pl_ori_renormalise(const int32_t q[4]) {
    return parts_upto(q, NUDGED_MAX + 8 * PULLED_MORE);
}

/* What the parts were at most, or if that is more, what small ones may become. */
static inline int32_t pulled_limit(const int32_t q[4]) {
    int32_t three = largest(q), last = q[3] < 0 ? -q[3] : q[3];
    int32_t all = three > last ? three : last;
    int32_t small = LARGE_PART + (LARGE_PART >> 2);
    return (all > small ? all : small) + PULLED_MORE;
}

void pl_ori_renormalise_contract(int32_t q[4]) {
    PROVE(asks_pl_ori_renormalise(q));
    int32_t limit = pulled_limit(q);
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, limit));
}

static inline bool gives_lack_of(const int32_t q[4], int32_t lack) {
    return upto(lack, (1 << 27) - 1) && (parts_upto(q, LARGE_PART) || lack <= 0);
}

int32_t lack_of_contract(const int32_t q[4]) {
    PROVE(asks_pl_ori_renormalise(q));
    int32_t lack = any_int32();
    ASSUME(gives_lack_of(q, lack));
    return lack;
}

static inline bool asks_pl_ori_nudge(const int32_t q[4], const int32_t h[3]) {
    return parts_upto(q, UNIT_MAX) && all_upto(h, 3, 32768);
}

void pl_ori_nudge_contract(int32_t q[4], const int32_t h[3]) {
    PROVE(asks_pl_ori_nudge(q, h));
    for (int i = 0; i < 4; i++) {
        q[i] = any_int32();
    }
    ASSUME(parts_upto(q, NUDGED_MAX + PULLED_MORE));
}

/* Forgets what is no attitude, leaves the rest. */
void pl_ori_hold_contract(pl_ori_state *st) {
    PROVE(parts_upto(st->q, PART_MAX));
    for (int i = 0; i < 4; i++) {
        st->q[i] = any_int32();
    }
    ASSUME(unit_ok(st->q));
    if (any_bool()) {
        st->begun &= PL_ORI_BEGUN_ALL ^ PL_ORI_BEGUN_LEVEL;
        st->start = st->settle = 0;
    }
}

static inline bool asks_bias_measure(const pl_ori_state *st, const pl_ori_coef *co,
                                     const int16_t row[3], int32_t w, int gain_bits) {
    return coef_ok(co) && bias_ok(st, co, 0) && bias_ok(st, co, 1) && bias_ok(st, co, 2)
        && variances_ok(st) && upto(row[0], 16384) && upto(row[1], 16384)
        && upto(row[2], 16384)
        && ((gain_bits == 15 && between(w, 1 << 19, 1 << 21))
            || (gain_bits == 18 && between(w, 1 << 26, 1 << 28)));
}

void bias_measure_contract(pl_ori_state *st, const pl_ori_coef *co, const int16_t row[3],
                           int32_t e, int32_t w, int gain_bits) {
    PROVE(asks_bias_measure(st, co, row, w, gain_bits));
    for (int i = 0; i < 3; i++) {
        st->bias[i] = any_int32();
        ASSUME(bias_ok(st, co, i));
    }
    for (int i = 0; i < 6; i++) {
        st->p[i] = any_int32();
    }
    ASSUME(variances_ok(st));
}

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

/* ---- start ---- */

static inline bool asks_length_of(int32_t x, int32_t y, int32_t z) {
    return between(x, INT16_MIN, INT16_MAX) && between(y, INT16_MIN, INT16_MAX)
        && between(z, INT16_MIN, INT16_MAX);
}

static inline bool gives_length_of(int32_t x, int32_t y, int32_t z, int32_t length) {
    return upto(x, length) && upto(y, length) && upto(z, length) && length <= 56755;
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
