/*
 * Thin functions over mbedtls, the same as those of host/plumbcore/crypto.py, which documents them.
 * Nothing here is cryptography of our own.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "mbedtls/constant_time.h"
#include "mbedtls/ecdh.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/gcm.h"
#include "mbedtls/hkdf.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha256.h"

#include "mp_areas.h"
#include "mp_crypto.h"
#include "mp_random.h"

static mp_buffer_info_t bytes_of(mp_obj_t obj) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, MP_BUFFER_READ);
    return info;
}

/* Bytes of one exact length. */
static const uint8_t *exactly(mp_obj_t obj, size_t length) {
    mp_buffer_info_t info = bytes_of(obj);
    if (info.len != length) {
        mp_raise_ValueError(MP_ERROR_TEXT("a key, digest, point or signature has the wrong length"));
    }
    return info.buf;
}

/* mbedtls reports lack of memory or misuse; neither is an answer. */
void mp_crypto_check(int result) {
    if (result != 0) {
        mp_raise_OSError(result == MBEDTLS_ERR_ECP_ALLOC_FAILED ? MP_ENOMEM : MP_EIO);
    }
}

const mbedtls_md_info_t *mp_crypto_sha256(void) {
    return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

/* sha256(data, ...) */
static mp_obj_t sha256(size_t n_args, const mp_obj_t *args) {
    uint8_t digest[32];
    mbedtls_sha256_context context;
    mbedtls_sha256_init(&context);
    int result = mbedtls_sha256_starts(&context, 0);
    for (size_t i = 0; i < n_args && result == 0; i++) {
        mp_buffer_info_t data;
        if (!mp_get_buffer(args[i], &data, MP_BUFFER_READ)) {
            mp_raise_TypeError(MP_ERROR_TEXT("object with buffer protocol required"));
        }
        result = mbedtls_sha256_update(&context, data.buf, data.len);
    }
    result = result == 0 ? mbedtls_sha256_finish(&context, digest) : result;
    mbedtls_sha256_free(&context);
    mp_crypto_check(result);
    return mp_obj_new_bytes(digest, sizeof digest);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(plumbcore_sha256_obj, 0, sha256);

/* hkdf_sha256(salt, secret, info, n) */
static mp_obj_t hkdf_sha256(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t salt = bytes_of(args[0]), secret = bytes_of(args[1]), info = bytes_of(args[2]);
    uint8_t out[MP_CRYPTO_HKDF_MAX];
    mp_int_t n = mp_obj_get_int(args[3]);
    if (n < 1 || n > MP_CRYPTO_HKDF_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("n must be 1..64"));
    }
    mp_crypto_check(mbedtls_hkdf(mp_crypto_sha256(), salt.buf, salt.len, secret.buf, secret.len,
        info.buf, info.len, out, (size_t)n));
    mp_obj_t result = mp_obj_new_bytes(out, (size_t)n);
    mbedtls_platform_zeroize(out, sizeof out);
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_hkdf_sha256_obj, 4, 4, hkdf_sha256);

/* On the heap: with its tables a context has 4 KiB, half of the brace's stack. */
static mbedtls_gcm_context *gcm_new(mp_buffer_info_t key, size_t nonce) {
    if ((key.len != 16 && key.len != 32) || nonce != MP_CRYPTO_NONCE) {
        mp_raise_ValueError(MP_ERROR_TEXT("key must have 16 or 32 bytes, nonce 12"));
    }
    mbedtls_gcm_context *gcm = m_new(mbedtls_gcm_context, 1);
    mbedtls_gcm_init(gcm);
    mp_crypto_check(mbedtls_gcm_setkey(gcm, MBEDTLS_CIPHER_ID_AES, key.buf, 8u * key.len));
    return gcm;
}

static void gcm_del(mbedtls_gcm_context *gcm) {
    mbedtls_gcm_free(gcm); /* wipes it */
    m_del(mbedtls_gcm_context, gcm, 1);
}

/* gcm_seal(key, nonce, aad, data) -> encrypted data and tag */
static mp_obj_t gcm_seal(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t key = bytes_of(args[0]), nonce = bytes_of(args[1]), aad = bytes_of(args[2]),
        data = bytes_of(args[3]);
    vstr_t out;
    vstr_init_len(&out, data.len + MP_CRYPTO_TAG);
    mbedtls_gcm_context *gcm = gcm_new(key, nonce.len);
    int result = mbedtls_gcm_crypt_and_tag(gcm, MBEDTLS_GCM_ENCRYPT, data.len, nonce.buf, nonce.len,
        aad.buf, aad.len, data.buf, (uint8_t *)out.buf, MP_CRYPTO_TAG,
        (uint8_t *)out.buf + data.len);
    gcm_del(gcm);
    mp_crypto_check(result);
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_gcm_seal_obj, 4, 4, gcm_seal);

/* gcm_open(key, nonce, aad, sealed) -> data; ValueError if it was not sealed so */
static mp_obj_t gcm_open(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t key = bytes_of(args[0]), nonce = bytes_of(args[1]), aad = bytes_of(args[2]),
        sealed = bytes_of(args[3]);
    int result = MBEDTLS_ERR_GCM_AUTH_FAILED;
    vstr_t out;
    if (sealed.len >= MP_CRYPTO_TAG) {
        size_t length = sealed.len - MP_CRYPTO_TAG;
        vstr_init_len(&out, length);
        mbedtls_gcm_context *gcm = gcm_new(key, nonce.len);
        result = mbedtls_gcm_auth_decrypt(gcm, length, nonce.buf, nonce.len, aad.buf, aad.len,
            (uint8_t *)sealed.buf + length, MP_CRYPTO_TAG, sealed.buf, (uint8_t *)out.buf);
        gcm_del(gcm);
    }
    if (result == MBEDTLS_ERR_GCM_AUTH_FAILED) {
        mp_raise_ValueError(MP_ERROR_TEXT("not sealed with this key, or altered since"));
    }
    mp_crypto_check(result);
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_gcm_open_obj, 4, 4, gcm_open);

int mp_crypto_agree(const uint8_t *peer, const uint8_t *private, uint8_t *public, uint8_t *shared) {
    mbedtls_ecp_group group;
    mbedtls_ecp_point ours, theirs;
    mbedtls_mpi d, z;
    size_t length;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&ours);
    mbedtls_ecp_point_init(&theirs);
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&z);
    int result = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    if (result == 0) {
        result = mbedtls_ecp_point_read_binary(&group, &theirs, peer, MP_CRYPTO_POINT);
    }
    /* mbedtls_ecdh_compute_shared checks neither that the point is on the curve. */
    if (result == 0) {
        result = mbedtls_ecp_check_pubkey(&group, &theirs);
    }
    if (result == 0 && private == NULL) {
        result = mbedtls_ecdh_gen_public(&group, &d, &ours, mp_random_fill, NULL);
    } else if (result == 0) {
        result = mbedtls_mpi_read_binary(&d, private, MP_CRYPTO_SCALAR);
        result = result == 0 ? mbedtls_ecp_check_privkey(&group, &d) : result;
        result = result == 0
            ? mbedtls_ecp_mul(&group, &ours, &d, &group.G, mp_random_fill, NULL) : result;
    }
    if (result == 0) {
        result = mbedtls_ecdh_compute_shared(&group, &z, &theirs, &d, mp_random_fill, NULL);
    }
    if (result == 0) {
        result = mbedtls_mpi_write_binary(&z, shared, MP_CRYPTO_SCALAR);
    }
    if (result == 0) {
        result = mbedtls_ecp_point_write_binary(&group, &ours, MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
            public, MP_CRYPTO_POINT);
    }
    mbedtls_mpi_free(&z);
    mbedtls_mpi_free(&d);
    mbedtls_ecp_point_free(&theirs);
    mbedtls_ecp_point_free(&ours);
    mbedtls_ecp_group_free(&group);
    return result;
}

/* ecdh(public, private=None) -> (our public point, shared secret) */
static mp_obj_t ecdh(size_t n_args, const mp_obj_t *args) {
    const uint8_t *peer = exactly(args[0], MP_CRYPTO_POINT);
    const uint8_t *private =
        n_args > 1 && args[1] != mp_const_none ? exactly(args[1], MP_CRYPTO_SCALAR) : NULL;
    uint8_t public[MP_CRYPTO_POINT], shared[MP_CRYPTO_SCALAR];
    int result = mp_crypto_agree(peer, private, public, shared);
    if (result == MBEDTLS_ERR_ECP_INVALID_KEY || result == MBEDTLS_ERR_ECP_BAD_INPUT_DATA ||
        result == MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE) {
        mp_raise_ValueError(MP_ERROR_TEXT("no point of P-256, or no private key"));
    }
    mp_crypto_check(result);
    mp_obj_t both[2] = {
        mp_obj_new_bytes(public, sizeof public), mp_obj_new_bytes(shared, sizeof shared),
    };
    mbedtls_platform_zeroize(shared, sizeof shared);
    return mp_obj_new_tuple(2, both);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_ecdh_obj, 1, 2, ecdh);

/* ecdsa_verify(public, digest, signature) -> bool */
static mp_obj_t ecdsa_verify(mp_obj_t public_in, mp_obj_t digest_in, mp_obj_t signature_in) {
    const uint8_t *public = exactly(public_in, MP_CRYPTO_POINT);
    const uint8_t *digest = exactly(digest_in, 32);
    const uint8_t *signature = exactly(signature_in, 2 * MP_CRYPTO_SCALAR);
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi r, s;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    int result = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    result = result == 0
        ? mbedtls_ecp_point_read_binary(&group, &point, public, MP_CRYPTO_POINT) : result;
    result = result == 0 ? mbedtls_ecp_check_pubkey(&group, &point) : result;
    result = result == 0 ? mbedtls_mpi_read_binary(&r, signature, MP_CRYPTO_SCALAR) : result;
    result = result == 0
        ? mbedtls_mpi_read_binary(&s, signature + MP_CRYPTO_SCALAR, MP_CRYPTO_SCALAR) : result;
    result = result == 0 ? mbedtls_ecdsa_verify(&group, digest, 32, &point, &r, &s) : result;
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    if (result == MBEDTLS_ERR_MPI_ALLOC_FAILED || result == MBEDTLS_ERR_ECP_ALLOC_FAILED) {
        mp_raise_OSError(MP_ENOMEM);
    }
    return mp_obj_new_bool(result == 0);
}
MP_DEFINE_CONST_FUN_OBJ_3(plumbcore_ecdsa_verify_obj, ecdsa_verify);

/* equal(a, b): in a time that tells their lengths at most */
static mp_obj_t equal(mp_obj_t a_in, mp_obj_t b_in) {
    mp_buffer_info_t a = bytes_of(a_in), b = bytes_of(b_in);
    return mp_obj_new_bool(a.len == b.len && mbedtls_ct_memcmp(a.buf, b.buf, a.len) == 0);
}
MP_DEFINE_CONST_FUN_OBJ_2(plumbcore_equal_obj, equal);
