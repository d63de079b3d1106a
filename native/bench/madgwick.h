/*
 * The gradient-descent filter without magnetometer of S. Madgwick, An efficient orientation filter
 * for inertial and inertial/magnetic sensor arrays, 2010, in single precision: what the integer
 * filter is compared with on a processor without floating point.
 */
#ifndef MADGWICK_H
#define MADGWICK_H

#include <stdint.h>

typedef struct {
    float q[4];     /* earth <- sensor */
    float turn;     /* half angle of one count of the gyroscope, rad */
    float step;     /* beta times the sampling period */
} madgwick;

/* gyr_fs_dps: the angular rate of 32768 counts, deg/s. */
void madgwick_init(madgwick *m, float period_s, float gyr_fs_dps);

/* gx gy gz ax ay az in counts. */
void madgwick_update(madgwick *m, const int16_t sample[6]);

#endif
