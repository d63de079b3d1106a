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
#define BLOCK_P_MIN 1

/* Runs one stage, 0 .. 7. */
void pl_ori_stage(pl_ori_state *st, const pl_ori_coef *co, unsigned stage);

/* Pulls |q| to 1, one Newton step: q (3 - |q|^2) / 2. */
void pl_ori_renormalise(int32_t q[4]);

#endif
