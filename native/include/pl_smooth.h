/*
 * How smoothly a segment moves: spectral arc length (SPARC) of its angular speed.
 *
 * Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet 2015 (J NeuroEng Rehabil 12:112): the
 * length of the speed profile's amplitude spectrum between 0 and the highest frequency below 10 Hz
 * at which it still reaches 0.05, both axes scaled to 1; negative, and the more so the less smooth.
 * Angular speed of a gyroscope is a valid profile (Melendez-Calderon et al. 2021).
 *
 * The speed of each sample goes into a ring that the caller owns; a stretch of it is analysed when
 * the movement is over, on the frequencies that the authors' own program takes: those of a
 * transform of 16 times the next power of two.  That is made of 16 transforms of the power of two
 * itself, each of the profile turned by another part of a bin.
 */
#ifndef PL_SMOOTH_H
#define PL_SMOOTH_H

#include <stdint.h>

/* Samples of one stretch. */
#define PL_SMOOTH_MIN 16u
#define PL_SMOOTH_MAX 2048u
#define PL_SMOOTH_CUTOFF_MHZ 10000u

enum {
    PL_ESMOOTH_RATE = -1,  /* samples a second are outside 25 .. 250 */
    PL_ESMOOTH_RANGE = -2, /* the stretch is not in the ring, or too short or too long */
    PL_ESMOOTH_STILL = -3, /* nothing moved */
    PL_ESMOOTH_SPACE = -4, /* the scratch memory is too small */
};

typedef struct {
    uint16_t *ring;     /* speeds, 1/64 deg/s */
    uint32_t room;
    uint32_t count;     /* samples ever taken */
    uint32_t rate_mhz;
    int32_t scale;      /* 1/1024 deg/s of a count, Q8 */
    int32_t bias[3];    /* 1/1024 deg/s */
} pl_smooth;

/* gyr_fs_mdps: 32768 counts.  0 or PL_ESMOOTH_RATE. */
int pl_smooth_init(pl_smooth *smooth, uint16_t *ring, uint32_t room, uint32_t rate_mhz,
                   uint32_t gyr_fs_mdps);

/* The gyroscope's bias in its own frame, 10^-6 deg/s. */
void pl_smooth_bias(pl_smooth *smooth, const int32_t bias_udps[3]);

/* One sample of the gyroscope in counts. */
void pl_smooth_update(pl_smooth *smooth, const int16_t gyr[3]);

/*
 * Thousandths of SPARC (negative) of n samples from number `first` (the first ever taken is 0).
 * `scratch` are 2 p + 80 p / rate words (rate in Hz), p the power of two from n on.  PL_ESMOOTH_*
 * otherwise: results are below -999, errors above.
 */
int32_t pl_smooth_sparc(const pl_smooth *smooth, uint32_t first, uint32_t n, int32_t *scratch,
                        uint32_t room);

#endif
