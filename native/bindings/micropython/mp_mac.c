/*
 * plumbcore.Mac(key): HMAC-SHA256 again and again with one key.  `of` makes a new digest;
 * `into` and `check` allocate nothing.  host/plumbcore/crypto.py has the same.
 */
#include <string.h>

#include "py/runtime.h"

#include "mbedtls/constant_time.h"
#include "mbedtls/platform_util.h"

#include "mp_areas.h"
#include "mp_crypto.h"

typedef struct {
    mp_obj_base_t base;
    mbedtls_md_context_t md;
} mac_obj;

static mp_obj_t mac_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_buffer_info_t key;
    mp_get_buffer_raise(args[0], &key, MP_BUFFER_READ);
    /* The finaliser gives back what mbedtls holds, the key's pads, wiped. */
    mac_obj *self = mp_obj_malloc_with_finaliser(mac_obj, type);
    mbedtls_md_init(&self->md);
    mp_crypto_check(mbedtls_md_setup(&self->md, mp_crypto_sha256(), 1));
    mp_crypto_check(mbedtls_md_hmac_starts(&self->md, key.buf, key.len));
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t mac_del(mp_obj_t self_in) {
    mac_obj *self = MP_OBJ_TO_PTR(self_in);
    mbedtls_md_free(&self->md);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(mac_del_obj, mac_del);

static void digest_of(mac_obj *self, size_t n_args, const mp_obj_t *args, uint8_t *digest) {
    mp_crypto_check(mbedtls_md_hmac_reset(&self->md));
    for (size_t i = 0; i < n_args; i++) {
        mp_buffer_info_t data;
        mp_get_buffer_raise(args[i], &data, MP_BUFFER_READ);
        mp_crypto_check(mbedtls_md_hmac_update(&self->md, data.buf, data.len));
    }
    mp_crypto_check(mbedtls_md_hmac_finish(&self->md, digest));
}

/* of(data, ...) -> 32 bytes */
static mp_obj_t mac_of(size_t n_args, const mp_obj_t *args) {
    uint8_t digest[32];
    digest_of(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, digest);
    return mp_obj_new_bytes(digest, sizeof digest);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(mac_of_obj, 1, mac_of);

/* into(out, data, ...): the first len(out) bytes of it */
static mp_obj_t mac_into(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t out;
    mp_get_buffer_raise(args[1], &out, MP_BUFFER_WRITE);
    uint8_t digest[32];
    if (out.len > sizeof digest) {
        mp_raise_ValueError(MP_ERROR_TEXT("a tag has at most 32 bytes"));
    }
    digest_of(MP_OBJ_TO_PTR(args[0]), n_args - 2, args + 2, digest);
    memcpy(out.buf, digest, out.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(mac_into_obj, 2, mac_into);

/* check(tag, data, ...) -> bool: whether `tag` is how it begins, 16 bytes at least */
static mp_obj_t mac_check(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t tag;
    mp_get_buffer_raise(args[1], &tag, MP_BUFFER_READ);
    uint8_t digest[32];
    digest_of(MP_OBJ_TO_PTR(args[0]), n_args - 2, args + 2, digest);
    bool same = tag.len >= 16 && tag.len <= sizeof digest &&
        mbedtls_ct_memcmp(tag.buf, digest, tag.len) == 0;
    mbedtls_platform_zeroize(digest, sizeof digest);
    return mp_obj_new_bool(same);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(mac_check_obj, 2, mac_check);

static const mp_rom_map_elem_t mac_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mac_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_of), MP_ROM_PTR(&mac_of_obj) },
    { MP_ROM_QSTR(MP_QSTR_into), MP_ROM_PTR(&mac_into_obj) },
    { MP_ROM_QSTR(MP_QSTR_check), MP_ROM_PTR(&mac_check_obj) },
};
static MP_DEFINE_CONST_DICT(mac_locals, mac_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_mac_type, MP_QSTR_Mac, MP_TYPE_FLAG_NONE,
    make_new, mac_make_new, locals_dict, &mac_locals);
