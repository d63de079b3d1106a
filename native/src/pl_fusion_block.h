/*
 * The slow part of the orientation filter, once per block, in eight stages that follow the
 * samples of the next block one by one so that no single update is long.  Private to native/src.
 */
#ifndef PL_FUSION_BLOCK_H
#define PL_FUSION_BLOCK_H

#include "pl_fusion.h"

#define BLOCK_STAGES_LOG2 3

/* Largest value that low-pass states of the specific force may take: 31 g, Q24. */
#define BLOCK_FORCE_MAX (31 << 24)
/* Bounds of the bias variances, Q12. */
#define BLOCK_P_MAX (1 << 28)
/* How far |q|^2 may be from 1, Q29. */
#define BLOCK_NORM_SLACK (1 << 23)
/* Low-pass states of rotation rows (Q28) and raw counts (Q12). */
#define BLOCK_LOW_PASS_MAX (1 << 29)

/* Largest component of q, Q30: what BLOCK_NORM_SLACK leaves, and rounding. */
#define BLOCK_Q_MAX 1082130432
/* What one sample adds to the sums at most. */
#define BLOCK_SAMPLE_FORCE_MAX 9600000
#define BLOCK_SAMPLE_ROW_MAX 25400

/* Runs one stage, 0 .. 7. */
void pl_ori_stage(pl_ori_state *st, const pl_ori_coef *co, unsigned stage);

/* 1 if an update may start from this state: what the proofs show to be so after every update. */
int pl_ori_valid(const pl_ori_state *st, const pl_ori_coef *co);

/* |q|^2, Q29, for |q| up to 1.1. */
int32_t pl_ori_norm(const int32_t q[4]);

/* Pulls |q| to 1, one Newton step: q (3 - |q|^2) / 2. */
void pl_ori_renormalise(int32_t q[4]);

#endif
