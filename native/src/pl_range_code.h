/* The range coder itself: inline, it runs for every value. */
#ifndef PL_RANGE_CODE_H
#define PL_RANGE_CODE_H

#include <stdint.h>

#include "pl_range.h"

/* What runs for every value is called nowhere; what hardly ever runs must not cost it registers. */
#define PL_INLINE static inline __attribute__((always_inline))
#define PL_APART static __attribute__((noinline))

#define PL_RANGE_TOTAL_BITS 14u /* a table's frequencies add up to 2^14 */
#define PL_RANGE_SYMBOLS 64u    /* the last one is the escape */
#define PL_RANGE_ESCAPE (PL_RANGE_SYMBOLS - 1u)
#define PL_RANGE_CLASSES 38u

/* For what has hardly changed of late. */
extern const uint16_t pl_range_still[PL_RANGE_SYMBOLS + 1u];
/* Class i ends, and the next one begins, at a scale (Q6) of 8 * 2^(i / 2). */
extern const pl_range_class pl_range_classes[PL_RANGE_CLASSES];

/* Residuals 0, -1, 1, -2 ... as 0, 1, 2, 3 ...; right shifts keep the sign on our compilers. */
static inline uint32_t pl_fold(int32_t residual) {
    return ((uint32_t)residual << 1) ^ (uint32_t)(residual >> 31);
}

static inline int32_t pl_unfold(uint32_t folded) {
    return (int32_t)(folded >> 1) ^ -(int32_t)(folded & 1u);
}

static inline int pl_range_fits(const pl_range_class *class, uint32_t scale) {
    return scale - class->scale_low < class->scale_span;
}

/* The class of a scale, looked for from a class near it. */
static inline const pl_range_class *pl_range_classify(const pl_range_class *class,
                                                      uint32_t scale) {
    while (scale < class->scale_low) {
        class--;
    }
    while (!pl_range_fits(class, scale)) {
        class++;
    }
    return class;
}

static inline void pl_range_begin(pl_range_encoder *e, uint8_t *out) {
    e->low = 0;
    e->range = 0xFFFFFFFFu;
    e->next = out;
}

/* Adds one to the number that the bytes already out make. */
static inline void pl_range_carry(uint8_t *next) {
    do {
        next--;
        (*next)++;
    } while (*next == 0);
}

static inline void pl_range_narrow(pl_range_encoder *e, uint32_t start, uint32_t size) {
    uint32_t low = e->low + start;
    if (low < start) {
        pl_range_carry(e->next);
    }
    while (size >> 24 == 0) {
        *e->next++ = (uint8_t)(low >> 24);
        low <<= 8;
        size <<= 8;
    }
    e->low = low;
    e->range = size;
}

static inline void pl_range_put(pl_range_encoder *e, pl_range_table table, uint32_t symbol) {
    uint32_t unit = e->range >> PL_RANGE_TOTAL_BITS;
    uint32_t start = table[symbol];
    pl_range_narrow(e, unit * start, unit * (table[symbol + 1u] - start));
}

static inline void pl_range_open(pl_range_decoder *d, const uint8_t *data, uint32_t length,
                                 uint32_t from) {
    d->data = data;
    d->length = length;
    d->used = from;
    d->range = 0xFFFFFFFFu;
    d->code = 0;
    for (uint32_t i = 0; i < 4u; i++) {
        d->code = d->code << 8 | (d->used < length ? data[d->used] : 0u);
        d->used++;
    }
}

/* The last symbol began at `start` (in the range's units) and was `size` wide. */
static inline void pl_range_widen(pl_range_decoder *d, uint32_t start, uint32_t size) {
    d->code -= start;
    d->range = size;
    while (d->range >> 24 == 0) {
        d->code = d->code << 8 | (d->used < d->length ? d->data[d->used] : 0u);
        d->used++;
        d->range <<= 8;
    }
}

static inline uint32_t pl_range_get(pl_range_decoder *d, pl_range_table table,
                                    uint32_t symbols) {
    uint32_t unit = d->range >> PL_RANGE_TOTAL_BITS;
    uint32_t at = d->code / unit;
    uint32_t low = 0;
    uint32_t high = symbols;
    /* Hostile input may lie above the last symbol's end: then it is the last one. */
    while (high - low > 1u) {
        uint32_t middle = (low + high) / 2u;
        if (table[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    pl_range_widen(d, unit * table[low], unit * (uint32_t)(table[low + 1u] - table[low]));
    return low;
}

#endif
