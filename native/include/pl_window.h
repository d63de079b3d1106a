/*
 * What a person does: integers per window of blocks, the input of the activity classifier.
 *
 * Blocks (pl_pipe.h) go in; every PL_WINDOW_HOP blocks a vector can be taken that describes the
 * moment PL_WINDOW_CONTEXT / 2 blocks ago: the PL_WINDOW_CORE blocks about it (2.5 s at 104 Hz)
 * and, for transitions between postures, the PL_WINDOW_CONTEXT blocks about it (5 s).  Before the
 * first block its like is taken to have gone on for ever: the first vector, due after 24 blocks,
 * describes block 4, the second block 12 and so on.
 *
 * Heights: the vertical acceleration of a span less the straight line between its means over the
 * first and last four blocks, and less its mean, integrated twice: what the pelvis has risen (+) or
 * sunk (-) if it was at rest at both ends of the span, in units of 2 mm.  (Rest at both ends is the
 * zero-velocity update of pedestrian dead reckoning.)
 */
#ifndef PL_WINDOW_H
#define PL_WINDOW_H

#include <stdint.h>

#include "pl_features.h"

#define PL_WINDOW_CONTEXT 40u
#define PL_WINDOW_CORE 20u
#define PL_WINDOW_HOP 8u

/*
 * Fields of a vector, all within int16.  LOG: log2 in Q8 of a mean square plus a floor.
 * UP8: Q11.  ANGLE: 0.16 degrees; flexion (forward) and lateral bend (to the right) positive.
 */
enum {
    /* movement, over the core */
    PL_WINDOW_VERTICAL_BAND = 0,  /* 4: LOG of bands 1 .. 4 (pl_features.h) */
    PL_WINDOW_FORWARD_BAND = 4,   /* 4: bands 2 .. 5 */
    PL_WINDOW_LEFTWARD_BAND = 8,  /* 4 */
    PL_WINDOW_RATE_BAND = 12,     /* 9: bands 2 .. 4 about x, y, z */
    PL_WINDOW_QUADRATURE = 21,    /* 2: x and z, by the vertical power, Q10 */
    PL_WINDOW_QUADRATURE_SHORT = 23, /* 2 */
    PL_WINDOW_PITCH_QUADRATURE = 25, /* by the root of both powers, Q10 */
    PL_WINDOW_PITCH_PRODUCT = 26,
    PL_WINDOW_UP = 27,            /* 2: x and y of the vertical, UP8 */
    PL_WINDOW_UP_DEVIATION = 29,  /* 2: standard deviations, Q14 */
    PL_WINDOW_PEAKS = 31,         /* 2: mean of the blocks' vertical maxima, minima, 1/512 g */
    PL_WINDOW_UP_CHANGE = 33,     /* 2: last six blocks less first six, UP8 */
    PL_WINDOW_UP_MIDDLE = 35,     /* x: middle six less the mean of those two, UP8 */
    PL_WINDOW_UP_RANGE = 36,      /* x, UP8 */
    /* posture, over the core */
    PL_WINDOW_FLEXION = 37,       /* ANGLE */
    PL_WINDOW_INCLINATION = 38,
    PL_WINDOW_LATERAL = 39,
    PL_WINDOW_STILL_VERTICAL = 40, /* LOG of vertical band 2, low floor */
    PL_WINDOW_STILL_RATE = 41,    /* LOG of the rate's power */
    /* change of posture, over the context */
    PL_WINDOW_HEIGHT = 42,        /* 9: end, lowest, highest over 24, 32, 40 blocks */
    PL_WINDOW_CHANGE_FLEXION = 51, /* 6: first and last 1 s, least, most, last - first,
                                      most less the greater end; ANGLE */
    PL_WINDOW_CHANGE_MIDDLE = 57, /* middle 1 s less the mean of both ends, ANGLE */
    PL_WINDOW_CHANGE_WHEN = 58,   /* block of the most flexion less 20, times 16 */
    PL_WINDOW_CHANGE_RATE = 59,   /* 3: LOG of the rate's power, first, last, middle 1 s */
    PL_WINDOW_CHANGE_PITCH = 62,  /* 4: pitch rate, mean of either half, least, most, deg/s / 4 */
    PL_WINDOW_CHANGE_LATERAL = 66, /* 2: first and last 1 s, ANGLE */
    /* walking, over the core: what PL_WINDOW_UP and PL_WINDOW_QUADRATURE lack to be vectors */
    PL_WINDOW_UP_Z = 68,          /* UP8 */
    PL_WINDOW_QUADRATURE_Y = 69,  /* Q10 */
    PL_WINDOW_POWER = 70,         /* LOG of the vertical power */
    PL_WINDOW_FIELDS = 71,
};

/* A block's fields from PL_FEAT_UP to PL_FEAT_PITCH_PRODUCT. */
#define PL_WINDOW_KEPT 45u

typedef struct {
    int32_t kept[PL_WINDOW_CONTEXT][PL_WINDOW_KEPT];
    int16_t flexion[PL_WINDOW_CONTEXT]; /* cdeg */
    int16_t lateral[PL_WINDOW_CONTEXT];
    uint32_t at;     /* slot of the next block, that of the oldest one */
    uint32_t due;    /* blocks until the next vector */
    uint8_t begun;
} pl_window;

void pl_window_init(pl_window *window);

/* Takes the PL_FEAT_* fields of one block; 1 if a vector is due. */
int pl_window_push(pl_window *window, const int32_t features[PL_FEAT_FIELDS]);

/* The vector of the blocks taken so far. */
void pl_window_vector(const pl_window *window, int16_t out[PL_WINDOW_FIELDS]);

/*
 * Linear scores: out[r] = (offset[r] + sum of weight[r * columns + c] * x[c]) >> shift, shift < 32,
 * held within int32.  Weights (int16) and offsets (int32) are little-endian bytes at any address.
 */
void pl_window_scores(const uint8_t *weight, const uint8_t *offset, uint32_t rows,
                      uint32_t columns, uint32_t shift, const int16_t *x, int32_t *out);

#endif
