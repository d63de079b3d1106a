/*
 * Put in front of mbedtls's gcm.c on the brace, whose cryptography it leaves as it is: a helper
 * that XORs memory word by word.  The library's own, where the core has no unaligned access, goes
 * byte by byte, since it does not know that GCM's table and state are words; on an M0+ that is
 * three quarters of GCM's hash.
 */
#ifndef PL_XOR_H
#define PL_XOR_H

#include <stddef.h>
#include <stdint.h>

#include "common.h" /* mbedtls's, in its library's folder */
#include "mbedtls/gcm.h"

#define PL_BLOCK 16u

typedef uint32_t __attribute__((may_alias)) pl_word;

/* gcm.c asks for mbedtls_xor_no_simd only for whole blocks of its table and its state. */
_Static_assert(offsetof(mbedtls_gcm_context, H) % 4 == 0 &&
    offsetof(mbedtls_gcm_context, y) % 4 == 0 && offsetof(mbedtls_gcm_context, buf) % 4 == 0,
    "the parts of a GCM context must stand at words");

__attribute__((always_inline))
static inline void pl_xor_block(uint8_t *out, const uint8_t *a, const uint8_t *b) {
    pl_word *to = (pl_word *)__builtin_assume_aligned(out, 4);
    const pl_word *x = (const pl_word *)__builtin_assume_aligned(a, 4);
    const pl_word *y = (const pl_word *)__builtin_assume_aligned(b, 4);
    to[0] = x[0] ^ y[0];
    to[1] = x[1] ^ y[1];
    to[2] = x[2] ^ y[2];
    to[3] = x[3] ^ y[3];
}

static inline int pl_at_words(const uint8_t *out, const uint8_t *a, const uint8_t *b) {
    return (((uintptr_t)out | (uintptr_t)a | (uintptr_t)b) & 3u) == 0;
}

static void pl_xor_any(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n) {
    size_t i = 0;
    if (pl_at_words(out, a, b)) {
        for (; i + 4u <= n; i += 4u) {
            *(pl_word *)(out + i) = *(const pl_word *)(a + i) ^ *(const pl_word *)(b + i);
        }
    }
    for (; i < n; i++) {
        out[i] = a[i] ^ b[i];
    }
}

/* Of any length and place, as mbedtls_xor, but mostly of a block at words: a log's data stand so. */
static inline void pl_xor(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n) {
    if (n == PL_BLOCK && pl_at_words(out, a, b)) {
        pl_xor_block(out, a, b);
    } else {
        pl_xor_any(out, a, b, n);
    }
}

#define mbedtls_xor pl_xor
#define mbedtls_xor_no_simd(out, a, b, n) pl_xor_block(out, a, b)

#endif
