/*
 * Angles in hundredths of a degree from integers.  Private to native/src.
 */
#ifndef PL_ANGLE_H
#define PL_ANGLE_H

#include <stdint.h>

/* atan2(y, x) in cdeg, -18000..18000, to within 1; atan2(0, 0) is 0.  |x|, |y| <= 2^30. */
int32_t pl_atan2_cdeg(int32_t y, int32_t x);

#endif
