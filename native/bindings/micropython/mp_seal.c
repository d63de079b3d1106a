/*
 * plumbcore.Seal(clinic): what seals a log (pl_seal.h) to the clinic's public key, over mbedtls.
 * host/plumbcore/seal.py has the same and says how keys come about.  What can open a segment is
 * overwritten when the next one begins; only the clinic's private key finds it again.
 */
#include <string.h>

#include "py/runtime.h"

#include "mbedtls/gcm.h"
#include "mbedtls/hkdf.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha256.h"

#include "mp_areas.h"
#include "mp_crypto.h"
#include "mp_seal.h"
#include "pl_bytes.h"

#define KEY 16u

typedef struct {
    mp_obj_base_t base;
    pl_seal seal;
    uint8_t clinic[MP_CRYPTO_POINT];
    uint8_t id[PL_SEAL_KEY_ID]; /* what a header says of the clinic's key */
    uint8_t point[PL_SEAL_POINT]; /* x of this boot's own point */
    uint8_t chain[MP_CRYPTO_SCALAR];
    uint32_t agreed;
    uint32_t index; /* of the next segment's key */
    uint8_t key[PL_STREAMS][KEY];
    uint32_t sealed[PL_STREAMS]; /* by this key so far */
    mbedtls_gcm_context gcm;
} seal_obj;

/* Once a boot: a key pair, forgotten at once, and the chain of keys that comes from it. */
static int agree(seal_obj *self) {
    static const uint8_t label[] = "plumbline log 1";
    uint8_t public[MP_CRYPTO_POINT], shared[MP_CRYPTO_SCALAR];
    uint8_t salt[PL_SEAL_POINT + MP_CRYPTO_POINT];
    int result = mp_crypto_agree(self->clinic, NULL, public, shared);
    if (result == 0) {
        memcpy(self->point, public + 1, PL_SEAL_POINT);
        memcpy(salt, self->point, PL_SEAL_POINT);
        memcpy(salt + PL_SEAL_POINT, self->clinic, MP_CRYPTO_POINT);
        result = mbedtls_hkdf(mp_crypto_sha256(), salt, sizeof salt, shared, sizeof shared, label,
            sizeof label - 1, self->chain, sizeof self->chain);
    }
    mbedtls_platform_zeroize(shared, sizeof shared);
    self->agreed = result == 0;
    return result;
}

static int32_t seal_begin(void *context, uint32_t stream, uint8_t *header) {
    static const uint8_t next[] = "next";
    seal_obj *self = context;
    const mbedtls_md_info_t *sha256 = mp_crypto_sha256();
    uint8_t *fields = header + PL_SEAL_FIELDS_AT;
    uint8_t link[MP_CRYPTO_SCALAR], info[7u + PL_SEAL_FIELDS_AT + PL_SEAL_FIELDS] = "segment";
    if (!self->agreed && agree(self) != 0) {
        return -1;
    }
    memcpy(fields, self->id, PL_SEAL_KEY_ID);
    memcpy(fields + PL_SEAL_KEY_ID, self->point, PL_SEAL_POINT);
    pl_put32(fields + PL_SEAL_KEY_ID + PL_SEAL_POINT, self->index++);
    memcpy(info + 7, header, PL_SEAL_FIELDS_AT + PL_SEAL_FIELDS);
    self->sealed[stream] = 0;
    /* The segment's key and the next link come from the same: HKDF's first half is done once. */
    int result = mbedtls_hkdf_extract(sha256, NULL, 0, self->chain, sizeof self->chain, link);
    result = result == 0
        ? mbedtls_hkdf_expand(sha256, link, sizeof link, info, sizeof info, self->key[stream], KEY)
        : result;
    result = result == 0
        ? mbedtls_hkdf_expand(sha256, link, sizeof link, next, sizeof next - 1, self->chain,
            sizeof self->chain)
        : result;
    mbedtls_platform_zeroize(link, sizeof link);
    return result == 0 ? 0 : -1;
}

static int32_t seal_seal(void *context, uint32_t stream, const uint8_t *with, uint8_t *data,
    uint32_t length) {
    seal_obj *self = context;
    uint8_t nonce[MP_CRYPTO_NONCE] = {0};
    uint8_t *extra = data + length;
    if (self->sealed[stream] == UINT32_MAX) {
        return -1;
    }
    pl_put32(extra, self->sealed[stream]++);
    memcpy(nonce + 8, extra, 4);
    mbedtls_gcm_init(&self->gcm);
    int result = mbedtls_gcm_setkey(&self->gcm, MBEDTLS_CIPHER_ID_AES, self->key[stream], 8u * KEY);
    result = result == 0
        ? mbedtls_gcm_crypt_and_tag(&self->gcm, MBEDTLS_GCM_ENCRYPT, length, nonce, sizeof nonce,
            with, PL_COMMIT_HEADER, data, data, MP_CRYPTO_TAG, extra + 4)
        : result;
    mbedtls_gcm_free(&self->gcm);
    return result == 0 ? 0 : -1;
}

static mp_obj_t seal_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_buffer_info_t clinic;
    mp_get_buffer_raise(args[0], &clinic, MP_BUFFER_READ);
    if (clinic.len != MP_CRYPTO_POINT) {
        mp_raise_ValueError(MP_ERROR_TEXT("the clinic's key must be a point of 65 bytes"));
    }
    seal_obj *self = mp_obj_malloc(seal_obj, type);
    memset((uint8_t *)self + sizeof self->base, 0, sizeof *self - sizeof self->base);
    self->seal = (pl_seal){seal_begin, seal_seal, self};
    memcpy(self->clinic, clinic.buf, MP_CRYPTO_POINT);
    uint8_t digest[32];
    mp_crypto_check(mbedtls_sha256(self->clinic, sizeof self->clinic, digest, 0));
    memcpy(self->id, digest, sizeof self->id);
    return MP_OBJ_FROM_PTR(self);
}

const pl_seal *mp_seal_of(mp_obj_t obj) {
    if (obj == mp_const_none) {
        return NULL;
    }
    if (!mp_obj_is_type(obj, &plumbcore_seal_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("seal must be a Seal or None"));
    }
    seal_obj *self = MP_OBJ_TO_PTR(obj);
    return &self->seal;
}

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_seal_type, MP_QSTR_Seal, MP_TYPE_FLAG_NONE,
    make_new, seal_make_new);
