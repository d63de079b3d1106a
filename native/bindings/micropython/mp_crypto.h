/* What the bindings that need cryptography share, over mbedtls. */
#ifndef MP_CRYPTO_H
#define MP_CRYPTO_H

#include <stdint.h>

#include "mbedtls/md.h"

#define MP_CRYPTO_POINT 65   /* an uncompressed point of P-256: 04, x, y */
#define MP_CRYPTO_SCALAR 32
#define MP_CRYPTO_NONCE 12
#define MP_CRYPTO_TAG 16
#define MP_CRYPTO_HKDF_MAX 64

/* Raises OSError unless an mbedtls function returned 0. */
void mp_crypto_check(int result);

/* SHA-256 as mbedtls' message digests know it. */
const mbedtls_md_info_t *mp_crypto_sha256(void);

/*
 * ECDH over P-256 with `peer`, a point of MP_CRYPTO_POINT bytes: our `public` point and the
 * `shared` secret (x of the product).  Without a private key a fresh one is made, and forgotten.
 * 0 or an mbedtls error.
 */
int mp_crypto_agree(const uint8_t *peer, const uint8_t *private, uint8_t *public, uint8_t *shared);

#endif
