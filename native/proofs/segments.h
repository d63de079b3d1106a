/*
 * Invariants and contracts of calibration (pl_align_*) and lumbar angles (pl_rel_*).
 *
 * align_ok holds of an alignment between calls, rel_ok of a relative attitude: pl_align_init and
 * pl_rel_init make them so, whatever else takes one keeps them.
 */
#ifndef PROOF_SEGMENTS_H
#define PROOF_SEGMENTS_H

#include "directions.h"
#include "pl_fusion.h"

#define ALIGN_CALLS_MAX 131072

/* A call adds at most 2^13 to each sum of up directions, 2^42 to each moment. */
static inline bool align_ok(const pl_align *al) {
    if (!between(al->still, 0, ALIGN_CALLS_MAX) || !between(al->bend, 0, ALIGN_CALLS_MAX)
        || !between(al->unsure, 0, al->still) || !between(al->rate_mhz, 1000, 2000000)) {
        return false;
    }
    for (int i = 0; i < 6; i++) {
        if (!between(al->turn[i], -((int64_t)al->bend << 42), (int64_t)al->bend << 42)
            || !upto(al->sum_up[i >> 1], (int64_t)al->still << 13)) {
            return false;
        }
    }
    return al->turn[0] >= 0 && al->turn[3] >= 0 && al->turn[5] >= 0 && parts_ok(al->q, 4)
        && parts_ok(al->first_up, 3) && parts_ok(al->far_up, 3) && parts_ok(al->last_q, 4)
        && upto(al->crooked_cdeg, 18000);
}

/*
 * Where functions are put together, align_ok is a token: each part asks for it and gives it back, as
 * its own proof shows, and what happens between the parts is shown not to touch it.
 */
bool align_holds;

/* Any alignment. */
#define ANY_ALIGN(al) \
    pl_align al; \
    ANY(al); \
    ASSUME(align_ok(&al)); \
    align_holds = true

/* What find_up and find_axis read, and no part of finish and level changes. */
static inline bool same_sums(const pl_align *was, const pl_align *al) {
    for (int i = 0; i < 6; i++) {
        if (was->turn[i] != al->turn[i] || was->sum_up[i >> 1] != al->sum_up[i >> 1]) {
            return false;
        }
    }
    return was->still == al->still && was->unsure == al->unsure && was->bend == al->bend
        && was->rate_mhz == al->rate_mhz;
}

static inline bool same_alignment(const pl_align *was, const pl_align *al) {
    return was->q[0] == al->q[0] && was->q[1] == al->q[1] && was->q[2] == al->q[2]
        && was->q[3] == al->q[3] && was->quality == al->quality;
}

/* Any attitude. */
#define ANY_ATTITUDE(q) \
    int32_t q[4]; \
    any_parts(q, 4)

void up_of_contract(int32_t up[3], const int32_t q[4]) {
    PROVE(parts_ok(q, 4));
    any_parts(up, 3);
}

int32_t between_cdeg_contract(const int32_t a[3], const int32_t b[3]) {
    PROVE(parts_ok(a, 3) && parts_ok(b, 3));
    int32_t angle = any_int32();
    ASSUME(upto(angle, 18000));
    return angle;
}

void add_turn_contract(pl_align *al, const int32_t q[4]) {
    PROVE(align_holds && between(al->bend, 1, ALIGN_CALLS_MAX - 1) && parts_ok(q, 4));
    al->bend++;
}

int check_still_contract(const pl_align *al) {
    PROVE(align_holds);
    int error = any_int32();
    ASSUME(between(error, PL_EALIGN_MOVED, 0));
    return error;
}

int find_up_contract(const pl_align *al, int32_t z[3]) {
    PROVE(align_holds);
    any_parts(z, 3);
    int error = any_int32();
    ASSUME(between(error, PL_EALIGN_MOVED, 0));
    return error;
}

int32_t moment_contract(const int32_t turn[6], const int32_t a[3], const int32_t b[3],
                        int32_t limit) {
    PROVE(parts_ok(turn, 6) && parts_ok(a, 3) && parts_ok(b, 3) && limit >= 0);
    int32_t moment = any_int32();
    ASSUME(upto(moment, limit));
    return moment;
}

/* 3/2 of 2^30, of a total of 100 at least. */
#define SHARE_MAX (3 << 29)

int32_t find_axis_contract(pl_align *al, int32_t x[3], int32_t y[3], const int32_t z[3]) {
    PROVE(align_holds && parts_ok(x, 3) && parts_ok(y, 3) && parts_ok(z, 3));
    any_parts(x, 3);
    any_parts(y, 3);
    al->crooked_cdeg = any_int32();
    ASSUME(upto(al->crooked_cdeg, 18000));
    int32_t share = any_int32();
    ASSUME(upto(share, SHARE_MAX));
    return share;
}

void from_axes_contract(int32_t q[4], const int32_t x[3], const int32_t y[3],
                        const int32_t z[3]) {
    PROVE(parts_ok(x, 3) && parts_ok(y, 3) && parts_ok(z, 3));
    any_parts(q, 4);
}

int is_unit_contract(const int32_t q[4]) {
    int is = any_bool();
    ASSUME(!is || parts_ok(q, 4));
    return is;
}

/* ---- two segments ---- */

static inline bool rel_ok(const pl_rel *rel) {
    return upto(rel->half[0], FX_UNIT_MAX) && upto(rel->half[1], FX_UNIT_MAX)
        && between(rel->leak, 0, 1 << 28);
}

#define ANY_REL(rel) \
    pl_rel rel; \
    ANY(rel); \
    ASSUME(rel_ok(&rel))

void turn_heading_contract(pl_rel *rel, int32_t c, int32_t s) {
    PROVE(rel_ok(rel) && c != INT32_MIN && s != INT32_MIN);
    rel->half[0] = any_int32();
    rel->half[1] = any_int32();
    ASSUME(rel_ok(rel));
}

void compose_contract(const pl_rel *rel, const int32_t lower[4], const int32_t upper[4],
                      int32_t out[4]) {
    PROVE(rel_ok(rel) && parts_ok(lower, 4) && parts_ok(upper, 4));
    any_parts(out, 4);
}

int32_t products_contract(int32_t a, int32_t b, int32_t c, int32_t d) {
    PROVE(asks_sum2(a, b, c, d));
    int32_t sum = any_int32();
    ASSUME(upto(sum, 1 << 30));
    return sum;
}

#endif
