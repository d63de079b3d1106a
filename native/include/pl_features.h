/*
 * How one body segment moves: integers per block of samples, for the decisions above.
 *
 * A sample goes in with the attitude that the orientation filter has found for it; at the end of
 * a block pl_feat_block gives one vector.  O(1) memory, no division per sample, 32-bit products
 * only.  Made for samples at 104 Hz and blocks of 13 (8 a second): band edges and lags below are
 * in samples.
 *
 * Frames: *segment* is anatomical, x anterior, y left, z up.  *Vertical* is the earth's up;
 * dynamic acceleration is specific force less gravity, and its horizontal part is given as a
 * vector in the segment frame (of an upright person: forward, leftward, and little along z).
 *
 * Bands: exponential means with weights 2^-k; band k is mean k less mean k + 1, so that at 104 Hz
 * band 1 is some 5 .. 16 Hz (impacts), 2 2.2 .. 5 Hz, 3 1.1 .. 2.2 Hz (steps), 4 0.5 .. 1.1 Hz
 * (strides), and band 5 everything below 0.5 Hz.  They saturate at 2.2 g and 560 deg/s.
 *
 * Quadrature: sum over the block of v(t) x(t - L) - v(t - L) x(t), with v the vertical
 * acceleration and x a component of the horizontal one, both smoothed (mean 2), and L 13 or 6
 * samples: the imaginary part of the cross spectrum at step frequencies.  When people walk it
 * points forward, whatever way the sensor is mounted, and it tells level walking from stairs.
 */
#ifndef PL_FEATURES_H
#define PL_FEATURES_H

#include <stdint.h>

#define PL_FEAT_LAG 13u
#define PL_FEAT_LAG_SHORT 6u

/* Fields of a vector.  G12: 1/4096 g.  G24: G12 squared.  R8: (deg/s)^2 / 256. */
enum {
    PL_FEAT_UP = 0,           /* 3: vertical in the segment frame, mean, Q14 */
    PL_FEAT_RATE = 3,         /* 3: angular rate, mean, cdeg/s, segment frame */
    PL_FEAT_TURN = 6,         /* angular rate about the vertical, mean, cdeg/s */
    PL_FEAT_VERTICAL = 7,     /* vertical acceleration, mean, G12 */
    PL_FEAT_HORIZONTAL = 8,   /* 3: horizontal acceleration, mean, G12 */
    PL_FEAT_VERTICAL_MAX = 11, /* G12 */
    PL_FEAT_VERTICAL_MIN = 12,
    PL_FEAT_VERTICAL_POWER = 13, /* mean square, G24 */
    PL_FEAT_RATE_POWER = 14,  /* mean square of the angular rate, R8 */
    PL_FEAT_JERK_POWER = 15,  /* mean square of the change a sample of specific force, G24 */
    PL_FEAT_VERTICAL_BAND = 16,   /* 4: bands 1 .. 4, mean square, G24 */
    PL_FEAT_FORWARD_BAND = 20,    /* 4: bands 2 .. 5 of the horizontal acceleration along x */
    PL_FEAT_LEFTWARD_BAND = 24,   /* 4: ... along y */
    PL_FEAT_RATE_BAND = 28,   /* 9: bands 2 .. 4 of the angular rate about x, y, z, R8 */
    PL_FEAT_QUADRATURE = 37,  /* 3: lag 13, G24 */
    PL_FEAT_QUADRATURE_SHORT = 40, /* 3: lag 6, G24 */
    PL_FEAT_PITCH_QUADRATURE = 43, /* the same, lag 13, of vertical and rate about y, G12 R4 */
    PL_FEAT_PITCH_PRODUCT = 44,    /* mean product of vertical and rate about y, G12 R4 */
    PL_FEAT_SWAY = 45,        /* 3: mean xx, yy, xy of the smoothed horizontal one, G24 */
    PL_FEAT_SWAY_PATH = 48,   /* sum of its changes |dx| + |dy|, G12 */
    PL_FEAT_STEPS = 49,       /* steps that ended in the block */
    PL_FEAT_FIELDS = 50,
};

/* How a sensor's counts become the segment's quantities. */
typedef struct {
    int32_t turn[9]; /* segment <- sensor, Q14, row by row */
    int32_t gyr[9];  /* ... times the scale: 1/64 deg/s, Q12, per count */
    int32_t acc[9];  /* ... times the scale: G12, Q13, per count */
} pl_feat_coef;

/* Angular rate alone: all that the second sensor needs. */
typedef struct {
    int32_t bias[3]; /* 1/64 deg/s, segment frame */
    int32_t sum[3];
    int32_t turn;
    uint32_t n;
} pl_feat_rates;

/* Sums over the block under way. */
typedef struct {
    int32_t up[3];
    int32_t force[4];         /* vertical, horizontal */
    int32_t max, min;
    uint32_t power[3];        /* vertical, rate, jerk */
    uint32_t band[21];
    int32_t quadrature[3];
    int32_t quadrature_short[3];
    int32_t pitch_quadrature;
    int32_t pitch_product;
    int32_t sway[3];
    int32_t path;
    int32_t steps;
} pl_feat_sums;

typedef struct {
    pl_feat_rates rates;
    pl_feat_sums sums;
    int32_t mean_v[5];        /* exponential means 1 .. 5, times 2^k */
    int32_t mean_f[2][4];     /* 2 .. 5 */
    int32_t mean_z;           /* 2 */
    int32_t mean_r[3][4];     /* 2 .. 5 */
    int16_t past[PL_FEAT_LAG][5]; /* the last samples' v, x, y, z, rate about y, all mean 2 */
    int32_t last[3];          /* last specific force */
    uint16_t at;              /* in `past` */
    uint16_t since_step;
    uint8_t begun;
    uint8_t armed;
} pl_feat_state;

/*
 * Coefficients for a sensor mounted at `align`, the attitude sensor <- segment (w x y z, Q30),
 * with these values of 32768 counts (at most 4 400 000 mdps and 32 000 000 ug).
 */
void pl_feat_coef_init(pl_feat_coef *coef, const int32_t align[4], uint32_t gyr_fs_mdps,
                       uint32_t acc_fs_ug);

void pl_feat_init(pl_feat_state *state);
void pl_feat_rates_init(pl_feat_rates *rates);

/* Gyroscope bias in 10^-6 deg/s, sensor frame; set at most once a block. */
void pl_feat_bias(pl_feat_rates *rates, const pl_feat_coef *coef, const int32_t bias_udps[3]);

/* One sample in counts (gx gy gz ax ay az) with the attitude earth <- sensor, Q30. */
void pl_feat_update(pl_feat_state *state, const pl_feat_coef *coef, const int16_t sample[6],
                    const int32_t q[4]);
void pl_feat_rates_update(pl_feat_rates *rates, const pl_feat_coef *coef, const int16_t sample[6],
                          const int32_t q[4]);

/* What has come since the last call; all 0 without samples.  At most 13 samples a block. */
void pl_feat_block(pl_feat_state *state, int32_t out[PL_FEAT_FIELDS]);
/* Rates x, y, z and about the vertical, mean, cdeg/s. */
void pl_feat_rates_block(pl_feat_rates *rates, int32_t out[4]);

#endif
