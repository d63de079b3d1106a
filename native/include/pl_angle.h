/*
 * Angles of integer vectors, for decisions above the core.
 */
#ifndef PL_ANGLE_H
#define PL_ANGLE_H

#include <stdint.h>

/* Angle of the vector (x, y) in hundredths of a degree, -18000 .. 18000; 0 for (0, 0). */
int32_t pl_atan2_cdeg(int32_t y, int32_t x);

#endif
