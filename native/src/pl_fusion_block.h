/*
 * The slow part of the orientation filter, once per block, in eight stages that follow the
 * samples of the next block one by one so that no single update is long.  Private to native/src.
 */
#ifndef PL_FUSION_BLOCK_H
#define PL_FUSION_BLOCK_H

#include "pl_fusion.h"

#define BLOCK_STAGES_LOG2 3
#define BLOCK_STAGES (1u << BLOCK_STAGES_LOG2)

/* Bounds of the state between updates: see pl_ori_valid and native/proofs. */
#define BLOCK_NORM_SLACK (1u << 22)  /* |q|^2 - 1, Q28 */
#define BLOCK_Q_PART_MAX 16511       /* parts of q in Q14, rounded: what that leaves */
#define BLOCK_LOW_PASS_MAX (1 << 29) /* low-pass states: force Q24 g, rows Q28, counts Q12 */
#define BLOCK_P_START (2500 << 12)   /* variance of an unknown bias: (0.5 deg/s)^2 */
#define BLOCK_P_MAX (1 << 28)        /* variances of the bias, Q12 */
#define BLOCK_PH_MAX (1 << 26)        /* ... times a row of length 1, Q10 */
#define BLOCK_SAMPLE_FORCE_MAX 9600000 /* what one sample adds to the sums */

/* Runs one stage, 0 .. 7. */
void pl_ori_stage(pl_ori_state *st, const pl_ori_coef *co, unsigned stage);

/* 1 if an update may start from this state: what the proofs show to be so after every update. */
int pl_ori_valid(const pl_ori_state *st, const pl_ori_coef *co);

/* Sets q from a first specific force, once that is of some use. */
void pl_ori_level(pl_ori_state *st, const int16_t sample[6]);

/*
 * Attitudes are kept in Q29, so that no sum of a turn overflows whatever the quaternion's length.
 * That its length is 1 is looked at after whatever changes it; what an upset of the memory has
 * left is begun anew, like a first sample.
 */
#define BLOCK_ONE (1 << 29)

/* 1 if the parts, Q14, make a length near 1. */
int pl_ori_is_unit(int32_t w, int32_t x, int32_t y, int32_t z);

/* Forgets an attitude that is none: the next sample sets another. */
void pl_ori_forget(pl_ori_state *st);

/* After a change of the attitude (parts below 2^31 - 2^14): forgets it if it is none. */
void pl_ori_hold(pl_ori_state *st);

/* Turns q by small half angles h, Q18, |h| < 0.125 each: q (x) (1, h), pulled to length 1. */
void pl_ori_nudge(int32_t q[4], const int32_t h[3]);

/* Pulls |q| to 1, one Newton step: q (3 - |q|^2) / 2. */
void pl_ori_renormalise(int32_t q[4]);

#endif
