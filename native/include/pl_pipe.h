/*
 * From what a burst brought to what decisions are made of: chunks of two sensors' samples in,
 * one vector of integers per block out.
 *
 * A chunk is n_s samples of S (sacrum) and n_l of L (T12/L1), whose clocks differ.  Nothing is
 * dropped or doubled to pair them: after sample i of the leading sensor (S if it is present, else
 * L) the other one is advanced to floor((i + 1) * n_other / n_lead) samples, so equal chunks give
 * equal results on the brace and in replay.  A block is PL_PIPE_BLOCK_SAMPLES of the leading
 * sensor.
 *
 * Frames: *segment* is anatomical, x anterior, y left, z up.  `align` is the attitude sensor <-
 * segment from calibration; identity means the sensor is mounted along the segment's axes.
 * Flexion (forward) is a rotation about +y, lateral bend to the right about +x.
 */
#ifndef PL_PIPE_H
#define PL_PIPE_H

#include <stdint.h>

#include "pl_features.h"
#include "pl_fusion.h"

#define PL_PIPE_BLOCK_SAMPLES 13u
#define PL_PIPE_SENSORS 2u

enum {
    PL_PIPE_S = 0,
    PL_PIPE_L = 1,
};

/* Fields of a block vector.  Those of S and L stand at the same distance from *_S and *_L. */
enum {
    PL_BLOCK_FLAGS = 0, /* PL_BLOCK_HAS_S ... */
    PL_BLOCK_S = 1,
    PL_BLOCK_L = 7,
    PL_BLOCK_LUMBAR = 13, /* cdeg: flexion, lateral, axial of L against S; 0 unless both are there */
    PL_BLOCK_OTHER_RATE = 16, /* 4: PL_FEAT_RATE and PL_FEAT_TURN of the other sensor's segment */
    PL_BLOCK_MOVE = 20,       /* PL_FEAT_FIELDS of the leading sensor's segment: pl_features.h */
    PL_BLOCK_FIELDS = 70,
    /* offsets from PL_BLOCK_S and PL_BLOCK_L */
    PL_BLOCK_FLEXION = 0,     /* cdeg, -18000..18000: the segment's tilt forward */
    PL_BLOCK_LATERAL = 1,     /* cdeg, -9000..9000: ... to the right */
    PL_BLOCK_INCLINATION = 2, /* cdeg, 0..18000: between the segment's z and the vertical */
    PL_BLOCK_RATE = 3,        /* mdps: root mean square of the angular rate */
    PL_BLOCK_DYNAMIC = 4,     /* mg: root mean square of the specific force about its mean */
    PL_BLOCK_ORI_FLAGS = 5,   /* PL_ORI_* at the end of the block */
};

enum {
    PL_BLOCK_HAS_S = 1,
    PL_BLOCK_HAS_L = 2,
};

enum {
    PL_EPIPE_SPACE = -1, /* the chunk completes more blocks than there is room for */
};

/* What the wearer is doing for the calibration (pl_fusion.h, "Sensor to segment"). */
enum {
    PL_PIPE_WEARING = 0,
    PL_PIPE_STILL = 1, /* each block is fed to pl_align_still ... */
    PL_PIPE_BENDING = 2, /* ... or to pl_align_bend */
};

/* Sums over the block under way. */
typedef struct {
    int64_t acc[3];
    uint64_t acc_square;
    uint64_t gyr_square;
    uint32_t n;
} pl_pipe_sums;

typedef struct {
    pl_ori_coef coef;
    pl_ori_state ori;
    pl_fifo fifo;
    pl_align align;
    pl_feat_coef feat;
    pl_pipe_sums sums;
    uint8_t present;
} pl_pipe_sensor;

/* Parameters, coefficients and state in one: a pipe is set up once and then only fed. */
typedef struct {
    pl_pipe_sensor sensor[PL_PIPE_SENSORS];
    pl_rel rel;
    pl_feat_state move;  /* of the leading sensor */
    pl_feat_rates other; /* of the other one */
    uint32_t in_block; /* samples of the leading sensor in the block under way */
    uint8_t doing;     /* PL_PIPE_WEARING ... */
} pl_pipe;

/*
 * Starts a pipe for sensors with the LSM6DSO's scales and these measured rates; a rate of 0 means
 * the sensor is not there.  0, or a PL_EFUSION_*.
 */
int pl_pipe_init(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz);

/* As pl_pipe_init, with the scales of recordings: values of 32768 counts in mdps and 10^-6 g. */
int pl_pipe_init_scaled(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz,
                        uint32_t gyr_fs_mdps, uint32_t acc_fs_ug);

/* Sets the attitude sensor <- segment (w x y z, Q30); 0, or PL_EFUSION_STATE if it is no unit. */
int pl_pipe_align(pl_pipe *pipe, unsigned sensor, const int32_t q[4]);

/*
 * Says what the wearer does from the next block on.  PL_PIPE_STILL begins a calibration anew;
 * after PL_PIPE_BENDING, `pl_pipe_find` ends it for a sensor: 0 and the alignment taken, or
 * PL_EALIGN_*.  `pl_pipe_level` ends it from standing alone.
 */
void pl_pipe_do(pl_pipe *pipe, unsigned doing);
int pl_pipe_find(pl_pipe *pipe, unsigned sensor);
int pl_pipe_level(pl_pipe *pipe, unsigned sensor);

/* The calibration of a sensor: alignment, quality and what was seen of the movements. */
const pl_align *pl_pipe_alignment(const pl_pipe *pipe, unsigned sensor);

/*
 * Unpacks whole FIFO words into samples of six int16; `room` is counted in samples.  Returns how
 * many; *lost grows by what the sensor's slot counter shows to be missing.
 */
uint32_t pl_pipe_unpack(pl_pipe *pipe, unsigned sensor, const uint8_t *words, uint32_t length,
                        int16_t *samples, uint32_t room, uint32_t *lost);

/* n samples of a sensor were lost before the next chunk. */
void pl_pipe_gap(pl_pipe *pipe, unsigned sensor, uint32_t n);

/*
 * Feeds one chunk.  Writes PL_BLOCK_FIELDS integers for each block that it completes and returns
 * their number, or PL_EPIPE_SPACE (nothing was fed).
 */
int32_t pl_pipe_chunk(pl_pipe *pipe, const int16_t *s, uint32_t n_s, const int16_t *l,
                      uint32_t n_l, int32_t *blocks, uint32_t room);

/* The attitude earth <- sensor now, Q30; the gyroscope bias in 10^-6 deg/s; and setting that. */
void pl_pipe_quat(const pl_pipe *pipe, unsigned sensor, int32_t q[4]);
void pl_pipe_bias(const pl_pipe *pipe, unsigned sensor, int32_t bias_udps[3]);
void pl_pipe_set_bias(pl_pipe *pipe, unsigned sensor, const int32_t bias_udps[3]);

#endif
