/*
 * Lossless block codec for raw IMU samples: an encoder without division, 64-bit integers or
 * floating point, for the Cortex-M0+.
 *
 * A *chunk* is n_s samples of sensor S and n_l of L, six int16 each (gx gy gz ax ay az), 0..255
 * of either; chunk boundaries are part of what is kept.  A *block* is any number of chunks coded
 * together; it stands alone.
 *
 * Each of the 12 channels (sensor x axis) goes on, while the body moves, from its last value and its
 * last three differences, whose weights adapt by the sign-sign LMS rule.  Where those come to say
 * that there is little but noise, the mean of recent values is expected instead, to an eighth of a
 * count: a part at rest has noise of less than a count.  The residual goes through a range coder
 * with static tables, one for each class of recent residual size; its lowest bits go as they are.
 * SPEC.md, "Raw blocks", has the format.
 */
#ifndef PL_RAW_H
#define PL_RAW_H

#include <stdint.h>

#include "pl_range.h"

#define PL_RAW_VERSION 2u
#define PL_RAW_AXES 6u
#define PL_RAW_CHANNELS (2u * PL_RAW_AXES)
#define PL_RAW_TAPS 3u
/* Most samples (n_s + n_l) that pl_raw_add takes; a longer chunk goes in pieces. */
#define PL_RAW_PIECE 128u
/* A fresh block of this many bytes holds any one piece. */
#define PL_RAW_BLOCK_MIN 3072u

enum {
    PL_RAW_OK = 0,
    PL_RAW_FULL = 1,     /* add: no room, or other low bits in use; end the block, begin another */
    PL_ERAW_END = -1,    /* next: the block's regular end */
    PL_ERAW_CUT = -2,    /* next: the bytes end before the block does */
    PL_ERAW_FORMAT = -3, /* open: not a block of this version; next: damaged */
    PL_ERAW_COUNT = -4,  /* add: more than PL_RAW_PIECE samples */
};

typedef struct {
    int32_t last;                    /* the value before */
    int32_t difference[PL_RAW_TAPS]; /* newest first */
    int32_t weight[PL_RAW_TAPS];     /* Q12 */
    int32_t mean;                    /* of recent values, Q8 */
    int32_t lead;                    /* above 0: the mean is expected */
    int32_t scale;                   /* mean |residual|, Q6 */
    const pl_range_class *class;     /* of the scale */
} pl_raw_channel;

/* What encoder and decoder hold alike. */
typedef struct {
    pl_raw_channel channel[PL_RAW_CHANNELS];
    pl_raw_channel count[2]; /* chunk sizes of S and L, coded like residuals */
    uint32_t shift[2];       /* low bits that are 0 in every gyroscope, accelerometer value */
    uint32_t seen[2];        /* samples of S, L in this block */
    uint32_t carried[2];     /* 1 if what S, L learned came from the block before */
} pl_raw_model;

/* Range-coded bytes grow from the front of the block, low bits from its end. */
typedef struct {
    pl_range_encoder range;
    uint8_t *back;      /* where the low bits begin */
    uint32_t bits;      /* low bits that are no full byte yet */
    uint32_t bit_count;
    uint8_t *out;
    uint32_t capacity;
    pl_raw_model model;
} pl_raw_encoder;

typedef struct {
    pl_range_decoder range;
    uint32_t back;
    uint32_t bits;
    uint32_t bit_count;
    pl_raw_model model;
} pl_raw_decoder;

/* Begins the first block, in out[0 .. capacity), capacity >= PL_RAW_BLOCK_MIN. */
void pl_raw_begin(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity);

/*
 * Begins the next block.  What the predictors learned in the one before goes into its header (6
 * to 24 bytes a sensor), so that it stands alone and need not learn anew.
 */
void pl_raw_again(pl_raw_encoder *encoder, uint8_t *out, uint32_t capacity);

/*
 * Adds one chunk, or a piece of one: `s` and `l` hold n_s and n_l samples of six values, `more`
 * says that the next piece belongs to the same chunk.  PL_RAW_OK, PL_RAW_FULL (nothing was
 * added) or PL_ERAW_COUNT.
 */
int32_t pl_raw_add(pl_raw_encoder *encoder, const int16_t *s, uint32_t n_s, const int16_t *l,
                   uint32_t n_l, int more);

/* Ends the block; returns its length in bytes.  The encoder must be begun again. */
uint32_t pl_raw_end(pl_raw_encoder *encoder);

/* Starts decoding a block; PL_RAW_OK or PL_ERAW_FORMAT. */
int32_t pl_raw_open(pl_raw_decoder *decoder, const uint8_t *data, uint32_t length);

/*
 * Decodes one piece into `s` and `l`, each of room for 6 * PL_RAW_PIECE values, with its sizes
 * and whether its chunk goes on in the next piece.  PL_RAW_OK, PL_ERAW_END, PL_ERAW_CUT or
 * PL_ERAW_FORMAT; in the latter two cases nothing of the piece is to be used.
 */
int32_t pl_raw_next(pl_raw_decoder *decoder, int16_t *s, uint32_t *n_s, int16_t *l, uint32_t *n_l,
                    int *more);

#endif
