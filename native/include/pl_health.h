/*
 * Health tests of a noise source that gives one bit at a time (NIST SP 800-90B, 4.4): the
 * repetition count test finds a source that is stuck, the adaptive proportion test one that has
 * become lopsided.  They run on every bit, at start-up first of all, before anything is made of it.
 *
 * The cut-offs assume a min-entropy of only 1/8 bit for each bit sampled and are exceeded by a
 * source that good with a probability of 2^-30: 1 + ceil(30 / (1/8)) bits in a row, and
 * 1 + critbinom(1024, 2^-(1/8), 1 - 2^-30) of 1024 equal to the first.
 */
#ifndef PL_HEALTH_H
#define PL_HEALTH_H

#include <stdint.h>

#define PL_HEALTH_REPETITIONS 241u
#define PL_HEALTH_WINDOW 1024u
#define PL_HEALTH_PROPORTION 988u
/* Bits that must pass before the source may be used. */
#define PL_HEALTH_STARTUP 4096u
/* Bits to gather for each bit of entropy that is needed. */
#define PL_HEALTH_BITS_PER_BIT 8u

enum {
    PL_HEALTH_OK = 0,
    PL_EHEALTH_STUCK = -1,    /* too many equal bits in a row */
    PL_EHEALTH_LOPSIDED = -2, /* too many equal bits in a window */
};

typedef struct {
    uint32_t run;   /* length of the run of equal bits, up to now */
    uint32_t seen;  /* bits of the window, up to now */
    uint32_t equal; /* of these, how many are as the first */
    uint8_t last;
    uint8_t first;
    int8_t failed; /* PL_EHEALTH_*: stays until pl_health_init */
} pl_health;

/* Begins anew, forgetting a failure. */
void pl_health_init(pl_health *health);

/* Takes one bit, 0 or 1.  PL_HEALTH_OK, or what this or an earlier bit failed. */
int32_t pl_health_bit(pl_health *health, uint32_t bit);

#endif
