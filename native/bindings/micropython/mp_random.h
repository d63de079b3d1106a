/*
 * Random numbers for keys: mbedtls' CTR_DRBG, seeded from the port's noise source after its health
 * tests (pl_health.h).  A source that fails them stays refused until the next reset.
 */
#ifndef MP_RANDOM_H
#define MP_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Fills `out` with random bytes; 0, or negative if there are none to be had.  It has the form that
 * mbedtls asks for; `unused` may be NULL.
 */
int mp_random_fill(void *unused, unsigned char *out, size_t length);

/* As mp_random_fill, but raises OSError(EIO). */
void mp_random_need(uint8_t *out, size_t length);

/*
 * The port's noise source, to be defined by the port: `count` raw bits, one a byte, as they are
 * sampled, with no conditioning whatever.  0, or negative if there is no source.
 */
int32_t mp_random_noise(uint8_t *bits, uint32_t count);

#endif
