/*
 * Orientation of body segments from gyroscopes and accelerometers, in integers.
 *
 *   pl_ori_*   orientation filter: one sensor's inclination (and a heading that drifts)
 *   pl_fifo_*  LSM6DSO FIFO words to pairs of samples
 *
 * Everything a call needs is passed to it: parameters (what the user chooses), coefficients
 * (what follows from them, constant) and state (what a sample changes) are three structs owned
 * by the caller.  No call allocates, blocks, uses floating point or keeps anything elsewhere.
 *
 * Frames: *sensor* as the part reads; *earth* z up, heading arbitrary.  Quaternions are
 * (w, x, y, z), earth <- sensor, Q30 (2^30 is 1).  Accelerometers read specific force: +1 g on
 * the axis that points up at rest.  Raw counts are int16; "full scale" is the value of 32768
 * counts, so the LSM6DSO's 70 mdps and 0.488 mg per LSB are 2293760 mdps and 15990784 ug, and a
 * recording quantised as range / 32768 has its range for full scale.
 *
 * THE ORIENTATION FILTER
 *
 * The attitude is integrated from the gyroscope and held upright by the accelerometer: in the
 * (slowly drifting) earth frame gravity is constant and what a body adds to it by moving averages
 * out, so the rotated specific force goes through a second-order low-pass filter, and the tilt of
 * what comes out is the correction, applied to the quaternion and to the filter's own memory.
 * Gyroscope bias is estimated by a Kalman filter, from the gyroscope at rest and from the
 * rate of correction in motion.  The structure and its settings are those of
 *
 *   D. Laidig, T. Seel: VQF: Highly Accurate IMU Orientation Estimation with Bias Estimation and
 *   Magnetic Disturbance Rejection, Information Fusion 91 (2023), 187-204.
 *
 * What differs: coning correction (P. Savage, Strapdown Inertial Navigation Integration Algorithm
 * Design, JGCD 21 (1998)), specific force rotated at the middle of its sampling interval, low-pass
 * filter, rest detection and bias estimation once per block of 2^k samples (at most 85 ms), and
 * the sensor's own group delay taken out of the attitude that is given out.
 *
 * What it promises: from any state that pl_ori_init, pl_ori_restore or any sequence of updates
 * leaves behind, and for any samples whatever, there is no overflow, |q| stays within 1 +- 2^-6,
 * and plausible samples bring it back to the right inclination within seconds.
 *
 * What it says about itself (pl_ori_flags):
 *   PL_ORI_RESTING    the sensor has not moved for PL_ORI_REST_MS
 *   PL_ORI_CONVERGED  nothing upset the inclination during the last PL_ORI_SETTLE_MS.  Upsetting
 *                     are: the start, a gap longer than PL_ORI_HOLD_MS, a saturated gyroscope,
 *                     a frozen sensor, a mean specific force outside 0.5 .. 1.5 g (wrong full
 *                     scale, free fall, a broken part), a correction of over 0.35 degrees
 *                     in a block but at the start (an error of many degrees is being undone)
 *   PL_ORI_CLIPPED    the gyroscope saturated in this or the last block: rotation was lost
 *   PL_ORI_FROZEN     all six readings have not changed by one count for PL_ORI_SETTLE_MS
 *
 * Faults: clipped accelerometer values are used as they are (leaving them out is worse).  A
 * saturated gyroscope loses rotation that nobody can restore; the inclination comes back from the
 * accelerometer within some 10 s.  Lost samples are announced by pl_ori_gap.  All-zero specific
 * force leaves the inclination to the gyroscope; absurd force turns it astray.  In either case
 * PL_ORI_CONVERGED is off until 2 s after plausible samples have put it right, which takes up to
 * some 20 s.  The bias is not learned from a frozen sensor, nor during 6 s after an upset.  Another
 * rate or range makes other coefficients: begin anew with those, and with the bias of before
 * (pl_ori_bias, pl_ori_set_bias); a saved state of others is refused.  Should a flipped bit in
 * memory leave an attitude whose length is not 1, the next update begins anew.
 */
#ifndef PL_FUSION_H
#define PL_FUSION_H

#include <stdint.h>

/* Errors. */
enum {
    PL_EFUSION_RATE = -1,  /* rate_mhz: too slow for gyr_fs_mdps, or outside PL_ORI_RATE_* */
    PL_EFUSION_GYR = -2,   /* gyr_fs_mdps outside PL_ORI_GYR_FS_* */
    PL_EFUSION_ACC = -3,   /* acc_fs_ug outside PL_ORI_ACC_FS_* */
    PL_EFUSION_PARAM = -4, /* another parameter is outside what is written beside it */
    PL_EFUSION_STATE = -5, /* restore: not a state, a damaged one, or of other parameters */
    PL_EFUSION_SPACE = -6, /* the buffer is too small */
};

#define PL_ORI_RATE_MIN_MHZ 10000u
#define PL_ORI_RATE_MAX_MHZ 2000000u
#define PL_ORI_GYR_FS_MIN_MDPS 100000u
#define PL_ORI_GYR_FS_MAX_MDPS 4400000u
#define PL_ORI_ACC_FS_MIN_UG 1900000u
#define PL_ORI_ACC_FS_MAX_UG 32000000u
/* A sample may turn by this much at most, at full scale: a condition on rate and range. */
#define PL_ORI_TURN_MAX_DEG 54u

#define PL_ORI_HOLD_MS 100u
#define PL_ORI_REST_MS 1500u
#define PL_ORI_SETTLE_MS 2000u /* also how long a frozen sensor may be so */
#define PL_ORI_LEVEL_MIN 256   /* counts: what a first specific force must have at least */

/* What the user chooses. */
typedef struct {
    uint32_t rate_mhz;      /* samples per 1000 s, as measured rather than nominal if known */
    uint32_t gyr_fs_mdps;   /* angular rate of 32768 counts */
    uint32_t acc_fs_ug;     /* specific force of 32768 counts, 10^-6 g */
    uint16_t delay_us;      /* the sensor's own group delay, at most 8 samples */
    uint16_t tau_ms;        /* time constant of the specific force's low-pass, 500 .. 20000 */
    uint16_t rest_gyr_mdps; /* rest: no axis deviates from its mean by more, 50 .. 20000 */
    uint16_t rest_acc_mg;   /* ... and of the force; its mean drifts by half at most, 2 .. 1000 */
    uint16_t bias_clip_mdps; /* the bias is held so near its origin, 500 .. 30000 */
} pl_ori_params;

/*
 * Fills *params: VQF's settings, but for the bias clip (real parts have offsets of more than
 * 2 deg/s), with the LSM6DSO's scales at 104 Hz.  delay_us 2500 is what MEMS gyroscopes have with
 * their own low-pass wide open (some 180 Hz); a narrower one delays by more: give it.
 */
void pl_ori_params_default(pl_ori_params *params);

/* Coefficients of a second-order low-pass (state-variable, trapezoidal), Q16. */
typedef struct {
    uint16_t a1, a2, g;
} pl_svf_coef;

/*
 * What follows from the parameters.  Half angles of a sample are in Q31, called h; the bias is such
 * a half angle with PL_ORI_BIAS_BITS more bits.
 */
#define PL_ORI_BIAS_BITS 3

typedef struct {
    int32_t half_angle;       /* h of one count, whole part */
    int32_t half_angle_low;   /* ... and fraction, Q16 */
    uint32_t block_log2;      /* a block is 2^block_log2 samples */
    uint16_t rest_off[2];     /* counts that gyroscope and accelerometer deviate by at rest */
    pl_svf_coef force;
    pl_svf_coef row;          /* the same for every other block */
    pl_svf_coef rest;
    uint16_t force_unit;      /* block mean of force in Q24 g = fx_mul(mean, unit) */
    uint16_t delay;           /* samples, Q12 */
    uint16_t settle_blocks;
    uint16_t rest_blocks;
    uint16_t hold_samples;
    int32_t bias_limit;       /* largest distance of the bias from its origin, of that from 0 half */
    int32_t p_growth;         /* variances of the bias, (0.01 deg/s)^2 in Q12: per block */
    int32_t w_motion;         /* ... of its measurement */
    int32_t w_rest;
    int32_t udps_per_bias;    /* 10^-6 deg/s of the bias's unit, Q26 */
    uint32_t gyr_fs_mdps;
    uint32_t acc_fs_ug;
    uint32_t rate_mhz;
} pl_ori_coef;

/* What a sample changes.  What every sample touches comes first: short offsets are quick. */
typedef struct {
    int16_t h[3];             /* last half angle, Q15 */
    int16_t carry[3];         /* what rounding has left of it, h */
    int16_t last[6];          /* last sample */
    uint16_t sample;          /* in the current block */
    uint8_t seen;             /* in this block: PL_ORI_SEEN_* */
    uint8_t begun;            /* what has happened yet: PL_ORI_BEGUN_* */
    int32_t q[4];             /* earth <- sensor at the last sample, Q29 */
    int32_t sum_force[3];     /* sums over the current block: counts in the earth frame, Q4 */
    int32_t bias[3];          /* half angle of a sample, Q34 */
    int32_t sum_raw[6];       /* sums over the block of raw counts, as long as nothing moves */
    int16_t still[6];         /* low-passed counts */
    int16_t row[3];           /* the row low-passed last, Q14 */
    int16_t rest_acc[3];      /* low-passed accelerometer when movement was last seen */
    int16_t correction[2];    /* about earth x and y, half angle Q18 */
    uint16_t start;           /* blocks since the low-pass began, up to twice rest_blocks */
    uint16_t settle;          /* blocks since the last upset, up to 3 settle_blocks */
    uint16_t rest;            /* blocks without movement, up to rest_blocks */
    uint16_t frozen;          /* blocks without any change, up to settle_blocks */
    uint16_t block;           /* counts 0 .. 11: whose turn it is in the slow part */
    uint16_t sure;            /* blocks without a large correction, up to settle_blocks */
    int32_t bias_origin[3];   /* as the bias */
    int32_t force_s1[3];      /* low-pass of the specific force, earth, Q24 g */
    int32_t force_s2[3];
    int32_t row_s1[2][3];     /* low-pass of the first two rows of the rotation matrix, Q28 */
    int32_t row_s2[2][3];
    int32_t still_s1[6];      /* low-pass of the raw counts, gyroscope then accelerometer, Q12 */
    int32_t still_s2[6];
    int32_t gyr_mean[3];      /* low-passed gyroscope, as the bias */
    int32_t p[6];             /* covariance of the bias: xx xy xz yy yz zz */
} pl_ori_state;

enum {
    PL_ORI_BEGUN_LEVEL = 1, /* the quaternion was set from a first sample */
    PL_ORI_BEGUN_BLOCK = 2, /* the sums have covered a whole block once */
    PL_ORI_BEGUN_STILL = 4, /* the low-pass of the raw counts runs: nothing moved of late */
    PL_ORI_BEGUN_ALL = 7,
};

enum {
    PL_ORI_SEEN_MOTION = 1,
    PL_ORI_SEEN_CLIP = 2,
    PL_ORI_SEEN_CLIPPED = 4, /* in the block before */
};

enum {
    PL_ORI_RESTING = 1,
    PL_ORI_CONVERGED = 2,
    PL_ORI_CLIPPED = 4,
    PL_ORI_FROZEN = 8,
};

/* Fills *coef; 0, or the negative error that names the parameter.  Uses 64-bit divisions. */
int pl_ori_coef_init(pl_ori_coef *coef, const pl_ori_params *params);

/* Starts anew: bias 0, inclination from the first sample of over PL_ORI_LEVEL_MIN counts. */
void pl_ori_init(pl_ori_state *state, const pl_ori_coef *coef);

/* One sample: gx gy gz ax ay az in counts. */
void pl_ori_update(pl_ori_state *state, const pl_ori_coef *coef, const int16_t sample[6]);

/* n samples of six counts one after the other, as little-endian bytes at any address. */
void pl_ori_update_block(pl_ori_state *state, const pl_ori_coef *coef, const uint8_t *samples,
                         uint32_t n);

/*
 * n samples were lost here.  Up to PL_ORI_HOLD_MS the last angular rate (of up to 28 degrees a
 * sample) is taken to have gone on; after longer gaps the quaternion stays and the inclination is found again as after a start,
 * with the bias kept.
 */
void pl_ori_gap(pl_ori_state *state, const pl_ori_coef *coef, uint32_t n);

/* Attitude earth <- sensor, |q| = 1 within 2^-24, advanced by delay_us at the last rate. */
void pl_ori_quat(const pl_ori_state *state, const pl_ori_coef *coef, int32_t q[4]);

/* PL_ORI_RESTING ... */
uint32_t pl_ori_flags(const pl_ori_state *state, const pl_ori_coef *coef);

/* Angular rate of the last sample less the bias, sensor frame, mdps. */
void pl_ori_rate(const pl_ori_state *state, const pl_ori_coef *coef, int32_t rate_mdps[3]);

/* Specific force of the last sample, sensor frame, 10^-6 g. */
void pl_ori_force(const pl_ori_state *state, const pl_ori_coef *coef, int32_t force_ug[3]);

/* Gyroscope bias, sensor frame, 10^-6 deg/s. */
void pl_ori_bias(const pl_ori_state *state, const pl_ori_coef *coef, int32_t bias_udps[3]);

/*
 * Sets the bias, from before a power cycle for instance, and the origin that it may leave by
 * bias_clip_mdps; held within twice that of 0.
 */
void pl_ori_set_bias(pl_ori_state *state, const pl_ori_coef *coef, const int32_t bias_udps[3]);

/*
 * The whole state as bytes, to go on later exactly from here: a stamp of version and
 * coefficients, the state, CRC-32.  Returns how many bytes, PL_ORI_SAVED_SIZE, or
 * PL_EFUSION_SPACE.  Layouts are the same on all (little-endian) processors.
 */
#define PL_ORI_SAVED_SIZE (sizeof(pl_ori_state) + 8u)
int pl_ori_save(const pl_ori_state *state, const pl_ori_coef *coef, uint8_t *bytes,
                uint32_t length);

/*
 * Sets the state from bytes of pl_ori_save; 0, or PL_EFUSION_STATE (state unchanged) if they are
 * damaged, of other coefficients or another version, or describe no state that a filter can
 * have.
 */
int pl_ori_restore(pl_ori_state *state, const pl_ori_coef *coef, const uint8_t *bytes,
                   uint32_t length);

/*
 * LSM6DSO FIFO
 *
 * A FIFO word is a tag byte (sensor in bits 7:3, slot counter in bits 2:1, parity in bit 0) and
 * three int16.  Gyroscope (sensor 1) and accelerometer (2) words of one slot make a sample; both
 * must be batched at the same rate.  Words of other sensors are passed over.  The slot counter
 * shows lost samples modulo 4: after an overrun, whose length it cannot tell, the caller adds
 * what it knows through pl_ori_gap.
 */
#define PL_FIFO_WORD 7u

typedef struct {
    int16_t sample[6];
    uint8_t slot;  /* counter of the sample being gathered */
    uint8_t have;  /* 1 gyroscope, 2 accelerometer; 0x80 if any word came yet */
    uint16_t lost; /* samples missing before the one just completed */
} pl_fifo;

/* Starts with an empty memory: all bytes zero is the same. */
void pl_fifo_init(pl_fifo *fifo);

/* Takes one word; 1 if fifo->sample now holds a sample, fifo->lost before it; else 0. */
int pl_fifo_word(pl_fifo *fifo, const uint8_t word[PL_FIFO_WORD]);

/*
 * Updates from the whole words among `length` bytes, gaps included.  Returns the number of
 * samples; adds those lost to *lost.
 */
uint32_t pl_ori_update_fifo(pl_ori_state *state, const pl_ori_coef *coef, pl_fifo *fifo,
                            const uint8_t *bytes, uint32_t length, uint32_t *lost);

/*
 * SENSOR TO SEGMENT
 *
 * A segment's (anatomical) frame is x anterior, y left, z up when its wearer stands; the sensor
 * lies on it in some way that the wearer need not know.  Two movements tell:
 *
 *   1. standing still: the up direction is z;
 *   2. one bend forward, back again if the wearer likes: what turns the segment in it is a
 *      rotation about y, forward being the way in which it tilts farthest.
 *
 * Both are fed with the attitude of the running filter, at any steady rate of some 5 Hz or more.
 * The axis of the bend is the main direction, in the plane across z, of the turns between one
 * attitude and the next (a functional axis as in J. Favre et al., Functional calibration procedure
 * for 3D knee joint angle description using inertial sensors, J Biomech 42 (2009)); its sign and a
 * check come from where the up direction went.
 *
 * The alignment q is sensor <- segment: earth <- segment is q_sensor (x) q.
 *
 * Attitudes, here and below, are what pl_ori_quat and these functions give.  Of others, results mean
 * nothing, but whatever their length nothing overflows, as long as no part is INT32_MIN.
 */
enum {
    PL_EALIGN_SHORT = -1,     /* stood still for less than PL_ALIGN_STILL_MS */
    PL_EALIGN_UNSURE = -2,    /* the filter was not converged while standing */
    PL_EALIGN_MOVED = -3,     /* the up direction left its first by over PL_ALIGN_SWAY_CDEG */
    PL_EALIGN_SMALL = -4,     /* bent by less than PL_ALIGN_BEND_CDEG */
    PL_EALIGN_CROOKED = -5,   /* the bend was not about one axis: quality below the minimum */
    PL_EALIGN_NOMINAL = -6,   /* the nominal alignment is no quaternion of length 1 */
};

#define PL_ALIGN_STILL_MS 2000u
#define PL_ALIGN_SWAY_CDEG 500
#define PL_ALIGN_BEND_CDEG 2000
#define PL_ALIGN_QUALITY_MIN 60

typedef struct {
    int32_t q[4];           /* sensor <- segment, Q30; set by finish and level */
    int32_t quality;        /* 0 .. 100, see pl_align_finish */
    int32_t bend_cdeg;      /* farthest tilt from standing */
    int32_t sway_cdeg;      /* farthest from the first up direction while standing */
    int32_t crooked_cdeg;   /* between the axis of the turns and that of the farthest tilt */
    int32_t rate_mhz;       /* of calls */
    int32_t still;          /* calls of pl_align_still */
    int32_t unsure;         /* ... in which the filter was not converged */
    int32_t first_up[3];    /* sensor frame, Q30 */
    int32_t sum_up[3];      /* Q12 */
    int32_t far_up[3];      /* up direction farthest from standing, Q30 */
    int32_t last_q[4];      /* attitude at the last call of pl_align_bend */
    int64_t turn[6];        /* second moments of turns between calls, xx xy xz yy yz zz */
    int32_t bend;           /* calls of pl_align_bend */
} pl_align;

/*
 * Starts with the identity for an alignment.  rate_mhz: of the calls of still and bend,
 * 1000 .. 2000000.  0 or PL_EFUSION_RATE.
 */
int pl_align_init(pl_align *align, uint32_t rate_mhz);

/* Forgets what was fed, keeps the alignment. */
void pl_align_begin(pl_align *align);

/* The wearer stands still: attitude (pl_ori_quat) and flags of the filter. */
void pl_align_still(pl_align *align, const int32_t q[4], uint32_t flags);

/* The wearer bends. */
void pl_align_bend(pl_align *align, const int32_t q[4]);

/*
 * Finds the alignment; 0 and align->q and quality set, or PL_EALIGN_*: align->q as before.
 * quality is the share of turning about the found axis in all turning, per cent, less 2 for each
 * degree of crooked_cdeg.
 */
int pl_align_finish(pl_align *align);

/*
 * From standing alone: the smallest change of the alignment `nominal` (sensor <- segment, as the
 * part is built in) that puts z upright; 0, or PL_EALIGN_SHORT, _UNSURE, _MOVED, _NOMINAL.  It cannot tell
 * forward from sideways better than `nominal` does; quality is 0.
 */
int pl_align_level(pl_align *align, const int32_t nominal[4]);

/* Takes an alignment found earlier; 0, or PL_EFUSION_STATE if |q| is not 1 within 1 %. */
int pl_align_set(pl_align *align, const int32_t q[4]);

/* earth <- segment of a sensor's attitude. */
void pl_align_segment(const pl_align *align, const int32_t q[4], int32_t out[4]);

/* A vector in the sensor frame (rate, force; |v| < 2^28) seen in the segment's. */
void pl_align_vector(const pl_align *align, const int32_t v[3], int32_t out[3]);

/*
 * Inclination of a segment's z axis from an attitude earth <- segment: tilt_cdeg[0] forward
 * (flexion, -18000 .. 18000), measured in the segment's own sagittal plane, tilt_cdeg[1] to the
 * right (lateral, -9000 .. 9000).  As rotations, the segment was tilted to the right first, then
 * flexed.  Lying on a side, flexion has no meaning.
 */
void pl_tilt(const int32_t q[4], int32_t tilt_cdeg[2]);

/*
 * TWO SEGMENTS: LUMBAR ANGLES
 *
 * Attitude of the upper segment seen from the lower one.  Each filter's heading drifts by itself,
 * so the heading between them has to come from an assumption: *the mean axial rotation between
 * the two segments over a time of some tau is zero*.  A correction about the vertical turns the
 * upper segment so that axial rotation decays to zero with time constant tau; it stops where
 * rotation about the vertical is no axial rotation (trunk horizontal).  Consequences: flexion and
 * lateral bend are free of drift; a twist is seen truly while it is short against tau, and a
 * twist that is held fades.
 */
#define PL_REL_TAU_MS 30000u

typedef struct {
    int32_t half[2];        /* heading of the lower over the upper earth frame: cos, sin of half */
    int32_t leak;           /* fraction of axial rotation taken away per update, Q30 */
    int32_t angle_cdeg[3];  /* flexion, lateral, axial */
    uint8_t begun;
} pl_rel;

/*
 * rate_mhz: of the updates, 100 .. 2000000; tau_ms: 1000 .. 600000, and 4 updates long at least.
 * 0 or PL_EFUSION_RATE, PL_EFUSION_PARAM.
 */
int pl_rel_init(pl_rel *rel, uint32_t rate_mhz, uint32_t tau_ms);

/*
 * Attitudes earth <- segment of the lower (sacrum) and upper (T12/L1) segment.  The first update
 * after pl_rel_init, and any with `neutral` set, takes the axial rotation to be zero at once.
 *
 * angle_cdeg: flexion about the lower segment's y (forward positive), axial rotation about the
 * upper one's z (to the left positive), lateral bend about the axis across both (to the right
 * positive); G. Wu et al., ISB recommendation on definitions of joint coordinate systems, J Biomech
 * 35 (2002).
 */
void pl_rel_update(pl_rel *rel, const int32_t lower[4], const int32_t upper[4], int neutral);

#endif
