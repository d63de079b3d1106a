#include "mp_random.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha256.h"

#include "mp_areas.h"
#include "pl_health.h"

#define PIECE 64u
/* mbedtls wants the entropy for a 128-bit key in full; a block of SHA-256 gives so much at most. */
#define BLOCK 32u

/* Outside MicroPython's heap, which a soft reset empties; it holds no pointer into that. */
static pl_health health;
static mbedtls_ctr_drbg_context drbg;
static enum { NEW, READY, FAILED } state;

/* Samples `count` bits through the health tests, and into the hash if there is one. */
static int gather(mbedtls_sha256_context *hash, uint32_t count) {
    uint8_t bits[PIECE];
    while (count > 0) {
        uint32_t n = count < PIECE ? count : PIECE;
        if (mp_random_noise(bits, n) < 0) {
            return -1;
        }
        for (uint32_t i = 0; i < n; i++) {
            if (pl_health_bit(&health, bits[i]) != PL_HEALTH_OK) {
                return -1;
            }
        }
        if (hash != NULL && mbedtls_sha256_update(hash, bits, n) != 0) {
            return -1;
        }
        count -= n;
    }
    mbedtls_platform_zeroize(bits, sizeof bits);
    return 0;
}

/* What CTR_DRBG calls for its seed: SP 800-90B's conditioning by a hash, BLOCK bytes at a time. */
static int entropy(void *unused, unsigned char *out, size_t length) {
    (void)unused;
    while (length > 0) {
        size_t n = length < BLOCK ? length : BLOCK;
        uint8_t block[BLOCK];
        mbedtls_sha256_context hash;
        mbedtls_sha256_init(&hash);
        int failed = mbedtls_sha256_starts(&hash, 0) != 0 ||
            /* 64 bits more than the output has, as 90B's 3.1.5 asks for full entropy. */
            gather(&hash, (8u * BLOCK + 64u) * PL_HEALTH_BITS_PER_BIT) != 0 ||
            mbedtls_sha256_finish(&hash, block) != 0;
        mbedtls_sha256_free(&hash);
        if (failed) {
            return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
        }
        memcpy(out, block, n);
        mbedtls_platform_zeroize(block, sizeof block);
        out += n;
        length -= n;
    }
    return 0;
}

static int start(void) {
    pl_health_init(&health);
    mbedtls_ctr_drbg_init(&drbg);
    return gather(NULL, PL_HEALTH_STARTUP) != 0 ||
           mbedtls_ctr_drbg_seed(&drbg, entropy, NULL, NULL, 0) != 0;
}

int mp_random_fill(void *unused, unsigned char *out, size_t length) {
    (void)unused;
    if (state == NEW) {
        state = start() ? FAILED : READY;
    }
    while (state == READY && length > 0) {
        size_t n = length < MBEDTLS_CTR_DRBG_MAX_REQUEST ? length : MBEDTLS_CTR_DRBG_MAX_REQUEST;
        if (mbedtls_ctr_drbg_random(&drbg, out, n) != 0) {
            state = FAILED;
        }
        out += n;
        length -= n;
    }
    return state == READY ? 0 : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

void mp_random_need(uint8_t *out, size_t length) {
    if (mp_random_fill(NULL, out, length) != 0) {
        mp_raise_OSError(MP_EIO);
    }
}

static mp_obj_t random_bytes(mp_obj_t n_in) {
    mp_int_t n = mp_obj_get_int(n_in);
    if (n < 0 || n > MBEDTLS_CTR_DRBG_MAX_REQUEST) {
        mp_raise_ValueError(MP_ERROR_TEXT("n must be 0..1024"));
    }
    vstr_t out;
    vstr_init_len(&out, (size_t)n);
    mp_random_need((uint8_t *)out.buf, (size_t)n);
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_1(plumbcore_random_obj, random_bytes);

#if defined(__unix__)
#include <sys/random.h>

/* The unix port: the kernel's generator, bit by bit. */
int32_t mp_random_noise(uint8_t *bits, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 8u) {
        uint8_t byte;
        if (getrandom(&byte, 1, 0) != 1) {
            return -1;
        }
        for (uint32_t j = 0; j < 8u && i + j < count; j++) {
            bits[i + j] = byte >> j & 1u;
        }
    }
    return 0;
}
#endif
