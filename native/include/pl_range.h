/*
 * Range coder over static frequency tables, the part that raw blocks (pl_raw.h) and packed
 * records (pl_pack.h) share.  32-bit state, no division in the encoder; SPEC.md, "Raw blocks".
 */
#ifndef PL_RANGE_H
#define PL_RANGE_H

#include <stdint.h>

/* Where the intervals of symbols 0, 1, 2 ... begin, and where the last one ends. */
typedef const uint16_t *pl_range_table;

/* How numbers of one size are coded: a symbol of `table`, and the bits below it. */
typedef struct {
    pl_range_table table[2];         /* expected near a whole number, or half way between two */
    uint32_t low_bits;               /* bits that go as they are */
    uint32_t scale_low, scale_span;  /* the scales that belong to it: from low, that many */
} pl_range_class;

typedef struct {
    uint32_t low;
    uint32_t range;
    uint8_t *next; /* where the next byte goes; a carry can change those before it */
} pl_range_encoder;

typedef struct {
    uint32_t code;
    uint32_t range;
    const uint8_t *data;
    uint32_t length;
    uint32_t used; /* may run past the length: zeros are read there */
} pl_range_decoder;

#endif
