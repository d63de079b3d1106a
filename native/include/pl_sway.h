/*
 * How quietly somebody stands: sway of the lower trunk from one accelerometer, in O(1) memory.
 *
 * The measures of Mancini et al. 2012 (ISway) in the time domain, of the horizontal acceleration of
 * the body segment in a frame that stays fixed: the vertical is the mean specific force of the
 * first PL_SWAY_LEVEL_MS, forward the segment's x axis without its vertical part, leftward at right
 * angles to both (after Moe-Nilssen 1998, whose frame is the mean of the whole stretch).  Then a
 * causal low-pass (Butterworth, fourth order, 3.5 Hz), PL_SWAY_SETTLE_MS for it to settle, and sums
 * over all that follows:
 *
 *   rms     root mean square about the mean, forward and leftward
 *   area    of the 95 % ellipse: 2 pi F sqrt(sxx syy - sxy^2), F = F(0.05; 2, n - 2)
 *           (Prieto et al. 1996, who had it for the centre of pressure)
 *   path    sum of the changes from sample to sample
 *   jerk    half the integral of the squared rate of change, of both directions together
 *
 * Covariances are over n, not n - 1.  Horizontal acceleration beyond 1.6 g is held there, and after
 * PL_SWAY_COUNT_MAX samples nothing more counts: sums stay within 63 bits.
 */
#ifndef PL_SWAY_H
#define PL_SWAY_H

#include <stdint.h>

#define PL_SWAY_LEVEL_MS 2000u
#define PL_SWAY_SETTLE_MS 1000u
#define PL_SWAY_COUNT_MAX 30000u

/* Fields of a result. */
enum {
    PL_SWAY_N = 0,      /* samples that count */
    PL_SWAY_RMS_AP = 1, /* 10^-6 m/s^2, forward and back */
    PL_SWAY_RMS_ML = 2, /* ... to the sides */
    PL_SWAY_AREA = 3,   /* 10^-8 m^2/s^4 */
    PL_SWAY_PATH = 4,   /* 10^-6 m/s^2 */
    PL_SWAY_JERK = 5,   /* 10^-6 m^2/s^5 */
    PL_SWAY_FIELDS = 6,
};

enum {
    PL_ESWAY_RATE = -1,  /* samples a second are outside 20 .. 250 */
    PL_ESWAY_SCALE = -2, /* full scale outside 1.9 .. 32 g */
    PL_ESWAY_SHORT = -3, /* less than a second has counted */
    PL_ESWAY_LEVEL = -4, /* no vertical, or the segment's x axis is within 10 degrees of it */
};

typedef struct {
    int32_t b;  /* b (1 2 1), Q28 */
    int32_t a1; /* Q28 */
    int32_t a2;
} pl_sway_stage;

typedef struct {
    pl_sway_stage low_pass[2];
    int32_t forward[3]; /* the segment's x axis in the sensor's frame, Q30 */
    uint32_t rate_mhz;
    int32_t unit;       /* 10^-6 m/s^2 of a count, Q14 */
    uint32_t level;     /* samples */
    uint32_t settle;
} pl_sway_coef;

typedef struct {
    int32_t x[2]; /* the last two in and out, 10^-6 m/s^2, Q4 */
    int32_t y[2];
} pl_sway_memory;

typedef struct {
    pl_sway_memory memory[2][2]; /* of each direction's two stages */
    int32_t axis[2][3];          /* forward, leftward in the sensor's frame, Q14 */
    int32_t level_sum[3];
    int32_t last[2];
    int64_t sum[2];       /* 10^-6 m/s^2 */
    int64_t square[3];    /* xx, yy, xy */
    uint64_t path;
    uint64_t change;      /* sum of squared changes */
    uint32_t n;           /* samples before those that count */
    uint32_t counted;
    int32_t error;
} pl_sway;

/* For a sensor mounted at `align`, the attitude sensor <- segment (w x y z, Q30).  0 or PL_ESWAY_*. */
int pl_sway_init(pl_sway *sway, pl_sway_coef *coef, uint32_t rate_mhz, uint32_t acc_fs_ug,
                 const int32_t align[4]);

/* One sample of the accelerometer in counts, of which 32768 are the full scale. */
void pl_sway_update(pl_sway *sway, const pl_sway_coef *coef, const int16_t acc[3]);

/* What was found so far.  0 or PL_ESWAY_*; values that do not fit are held at the limit. */
int pl_sway_result(const pl_sway *sway, const pl_sway_coef *coef, int32_t out[PL_SWAY_FIELDS]);

#endif
