/*
 * Batches of the orientation filter with results in floating point, for the host alone: the core
 * has no floats, and converting integer results afterwards takes longer than filtering.
 */
#ifndef FUSION_BATCH_H
#define FUSION_BATCH_H

#include "pl_fusion.h"

/* Instructions that may be used, if the processor has them; results are the same to the last bit. */
enum { FUSION_PORTABLE, FUSION_SSSE3, FUSION_AVX2, FUSION_BEST = FUSION_AVX2 };

/*
 * n samples from one array each of gyroscope and accelerometer counts (3 n), with what the filter
 * tells after each: quat 4 n (|q| = 1), bias 3 n in deg/s, resting and converged n of 0 or 1.
 * The state ends as after n updates; quat is pl_ori_quat's, rounded in its last step only.
 */
void fusion_batch(pl_ori_state *state, const pl_ori_coef *coef, const int16_t *gyr,
                  const int16_t *acc, uint32_t n, double *quat, double *bias, uint8_t *resting,
                  uint8_t *converged, int upto);

#endif
