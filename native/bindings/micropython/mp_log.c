/*
 * plumbcore.Log(flash, serial="", seal=None): see pl_log.h and host/plumbcore/log.py, which has the same
 * names and arguments.  append, flush, raw, raw_flush and digest_ahead do not allocate.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "mbedtls/sha256.h"

#include "mp_areas.h"
#include "mp_flash.h"
#include "mp_seal.h"
#include "pl_bulk.h"
#include "pl_digest.h"
#include "pl_log.h"

typedef struct {
    mp_obj_base_t base;
    mp_flash flash;
    pl_log log;
    pl_log_segment found; /* by the last find or read */
    pl_digests digests;
} log_obj;

static int32_t digest_of(void *context, uint32_t offset, uint32_t length, uint8_t *out) {
    const pl_flash *flash = &((log_obj *)context)->flash.flash;
    uint8_t page[PL_PAGE], digest[32];
    mbedtls_sha256_context sha;
    mbedtls_sha256_init(&sha);
    int result = mbedtls_sha256_starts(&sha, 0);
    for (uint32_t at = 0; at < length && result == 0; at += sizeof page) {
        /* Segments are whole pages. */
        result = flash->read(flash->context, offset + at, page, sizeof page);
        result = result == 0 ? mbedtls_sha256_update(&sha, page, sizeof page) : result;
    }
    result = result == 0 ? mbedtls_sha256_finish(&sha, digest) : result;
    mbedtls_sha256_free(&sha);
    if (result != 0) {
        return -1;
    }
    memcpy(out, digest, PL_DIGEST);
    return 0;
}

static void check(log_obj *self, int32_t result) {
    mp_flash_raise(&self->flash);
    switch (result) {
        case PL_ELOG_SEAL: /* no randomness: OSError as for flash, nothing was written */
        case PL_ELOG_FLASH:
            mp_raise_OSError(MP_EIO);
        case PL_ELOG_FULL:
            mp_raise_OSError(MP_ENOSPC);
        case PL_ELOG_SIZE:
            mp_raise_ValueError(MP_ERROR_TEXT("the partition has too few or too many sectors"));
        case PL_ELOG_ARGUMENT:
            mp_raise_ValueError(MP_ERROR_TEXT("an argument is out of range"));
        default:
            break;
    }
}

static uint32_t u32(mp_obj_t value) {
    return (uint32_t)mp_obj_get_int_truncated(value);
}

static mp_obj_t log_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 3, false);
    log_obj *self = mp_obj_malloc(log_obj, type);
    mp_flash_init(&self->flash, args[0]);
    pl_log_identity identity;
    memset(&identity, 0, sizeof identity);
    if (n_args > 1) {
        size_t length;
        const char *serial = mp_obj_str_get_data(args[1], &length);
        if (length > PL_SERIAL) {
            mp_raise_ValueError(MP_ERROR_TEXT("the serial is longer than 16 bytes"));
        }
        memcpy(identity.serial, serial, length);
    }
    memset(&self->found, 0, sizeof self->found);
    uint32_t *table = m_new(uint32_t, self->flash.sectors);
    const pl_seal *seal = n_args > 2 ? mp_seal_of(args[2]) : NULL;
    /* Without a session, which only a claimed brace has, nobody asks for digests. */
    self->digests = (pl_digests){
        .slots = seal != NULL ? m_new0(pl_digest_slot, self->flash.sectors) : NULL,
        .digest = digest_of,
        .context = self,
    };
    uint8_t *summary = m_new(uint8_t, PL_LOG_SUMMARY_BUFFER);
    uint8_t *raw = m_new(uint8_t, PL_LOG_RAW_BUFFER);
    check(self, pl_log_mount(&self->log, &self->flash.flash, self->flash.sectors, table, summary,
        raw, &identity, seal));
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t log_append(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    log_obj *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t body;
    mp_get_buffer_raise(args[4], &body, MP_BUFFER_READ);
    check(self, pl_log_append(&self->log, (uint8_t)mp_obj_get_int(args[1]),
        (uint8_t)mp_obj_get_int(args[2]), u32(args[3]), body.buf, (uint32_t)body.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(log_append_obj, 5, 5, log_append);

static mp_obj_t log_flush(mp_obj_t self_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    check(self, pl_log_flush(&self->log));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(log_flush_obj, log_flush);

static const int16_t *samples_of(mp_obj_t obj, uint32_t n) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, MP_BUFFER_READ);
    if (n > 255u || info.len < n * PL_RAW_AXES * sizeof(int16_t)) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small, or over 255 samples"));
    }
    return info.buf;
}

static mp_obj_t log_raw(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    log_obj *self = MP_OBJ_TO_PTR(args[0]);
    uint32_t n_s = u32(args[4]);
    uint32_t n_l = u32(args[6]);
    const int16_t *s = samples_of(args[3], n_s);
    const int16_t *l = samples_of(args[5], n_l);
    check(self, pl_log_raw(&self->log, u32(args[1]), u32(args[2]), s, n_s, l, n_l));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(log_raw_obj, 7, 7, log_raw);

static mp_obj_t log_raw_flush(mp_obj_t self_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    check(self, pl_log_raw_flush(&self->log));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(log_raw_flush_obj, log_raw_flush);

static mp_obj_t log_close(mp_obj_t self_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    check(self, pl_log_close(&self->log));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(log_close_obj, log_close);

static mp_obj_t log_acknowledge(mp_obj_t self_in, mp_obj_t stream, mp_obj_t sequence) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    check(self, pl_log_acknowledge(&self->log, u32(stream), u32(sequence)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(log_acknowledge_obj, log_acknowledge);

static mp_obj_t log_find(mp_obj_t self_in, mp_obj_t stream, mp_obj_t sequence) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    int32_t result = pl_log_find(&self->log, u32(stream), u32(sequence), &self->found);
    check(self, result);
    if (result == PL_ELOG_NONE) {
        self->found.length = 0;
        return mp_const_none;
    }
    mp_obj_t found[4] = {
        mp_obj_new_int_from_uint(self->found.sequence),
        MP_OBJ_NEW_SMALL_INT(self->found.length),
        mp_obj_new_bool(self->found.acked),
        mp_obj_new_bool(self->found.open),
    };
    return mp_obj_new_tuple(4, found);
}
static MP_DEFINE_CONST_FUN_OBJ_3(log_find_obj, log_find);

static mp_obj_t log_read(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    log_obj *self = MP_OBJ_TO_PTR(args[0]);
    uint32_t stream = u32(args[1]);
    uint32_t sequence = u32(args[2]);
    uint32_t offset = u32(args[3]);
    mp_buffer_info_t out;
    mp_get_buffer_raise(args[4], &out, MP_BUFFER_WRITE);
    int32_t n = PL_ELOG_NONE;
    if (self->found.stream == stream && self->found.sequence == sequence && !self->found.open) {
        n = pl_log_read(&self->log, &self->found, offset, out.buf, (uint32_t)out.len);
    }
    if (n == PL_ELOG_NONE) {
        n = pl_log_find(&self->log, stream, sequence, &self->found);
        if (n == 0 && self->found.sequence == sequence) {
            n = pl_log_read(&self->log, &self->found, offset, out.buf, (uint32_t)out.len);
        } else if (n == 0) {
            n = PL_ELOG_NONE;
        }
    }
    check(self, n);
    return n == PL_ELOG_NONE ? mp_const_none : MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(log_read_obj, 5, 5, log_read);

static mp_obj_t log_piece(mp_obj_t self_in, mp_obj_t place_in, mp_obj_t out_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t place, out;
    mp_get_buffer_raise(place_in, &place, MP_BUFFER_RW);
    mp_get_buffer_raise(out_in, &out, MP_BUFFER_WRITE);
    if (place.len != sizeof(pl_bulk) || out.len <= PL_BULK_HEADER) {
        mp_raise_ValueError(MP_ERROR_TEXT("place has 5 words, out more than 12 bytes"));
    }
    int32_t n = pl_bulk_next(&self->log, place.buf, out.buf, (uint32_t)out.len);
    check(self, n);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_3(log_piece_obj, log_piece);

static mp_obj_t log_digests(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    log_obj *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t out;
    mp_get_buffer_raise(args[5], &out, MP_BUFFER_WRITE);
    int32_t n = pl_digest_list(&self->digests, &self->log, u32(args[1]), u32(args[2]), u32(args[3]),
        mp_obj_is_true(args[4]), out.buf, (uint32_t)out.len);
    check(self, n);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(log_digests_obj, 6, 6, log_digests);

static mp_obj_t log_digest_ahead(mp_obj_t self_in, mp_obj_t raw_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    int32_t computed = pl_digest_ahead(&self->digests, &self->log, mp_obj_is_true(raw_in));
    check(self, computed);
    return mp_obj_new_bool(computed > 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(log_digest_ahead_obj, log_digest_ahead);

static mp_obj_t log_wipe(mp_obj_t self_in) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    check(self, pl_log_wipe(&self->log));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(log_wipe_obj, log_wipe);

static mp_obj_t log_identify(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    log_obj *self = MP_OBJ_TO_PTR(args[0]);
    pl_log_identity *identity = &self->log.identity;
    identity->rate_mhz[0] = u32(args[1]);
    identity->rate_mhz[1] = u32(args[2]);
    identity->calibration = u32(args[3]);
    identity->config = u32(args[4]);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(log_identify_obj, 5, 5, log_identify);

static mp_obj_t log_anchor(mp_obj_t self_in, mp_obj_t t_cs, mp_obj_t utc_ms) {
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t high = mp_binary_op(MP_BINARY_OP_RSHIFT, utc_ms, MP_OBJ_NEW_SMALL_INT(32));
    self->log.identity.anchor_cs = u32(t_cs);
    self->log.identity.anchor_utc_ms = (uint64_t)u32(high) << 32 | u32(utc_ms);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(log_anchor_obj, log_anchor);

static const mp_rom_map_elem_t log_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_append), MP_ROM_PTR(&log_append_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&log_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_raw), MP_ROM_PTR(&log_raw_obj) },
    { MP_ROM_QSTR(MP_QSTR_raw_flush), MP_ROM_PTR(&log_raw_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&log_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_acknowledge), MP_ROM_PTR(&log_acknowledge_obj) },
    { MP_ROM_QSTR(MP_QSTR_find), MP_ROM_PTR(&log_find_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&log_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_piece), MP_ROM_PTR(&log_piece_obj) },
    { MP_ROM_QSTR(MP_QSTR_digests), MP_ROM_PTR(&log_digests_obj) },
    { MP_ROM_QSTR(MP_QSTR_digest_ahead), MP_ROM_PTR(&log_digest_ahead_obj) },
    { MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&log_wipe_obj) },
    { MP_ROM_QSTR(MP_QSTR_identify), MP_ROM_PTR(&log_identify_obj) },
    { MP_ROM_QSTR(MP_QSTR_anchor), MP_ROM_PTR(&log_anchor_obj) },
};
static MP_DEFINE_CONST_DICT(log_locals, log_locals_table);

static mp_obj_t log_status_value(const pl_log *log, qstr name) {
    if (name != MP_QSTR_total && name != MP_QSTR_free && name != MP_QSTR_unacked &&
        name != MP_QSTR_unacked_raw && name != MP_QSTR_level) {
        return MP_OBJ_NULL; /* a method, whose caller is not to wait for a count of sectors */
    }
    pl_log_status status;
    pl_log_get_status(log, &status);
    switch (name) {
        case MP_QSTR_total:
            return MP_OBJ_NEW_SMALL_INT(status.total);
        case MP_QSTR_free:
            return MP_OBJ_NEW_SMALL_INT(status.free);
        case MP_QSTR_unacked:
            return MP_OBJ_NEW_SMALL_INT(status.unacked[PL_STREAM_SUMMARY]);
        case MP_QSTR_unacked_raw:
            return MP_OBJ_NEW_SMALL_INT(status.unacked[PL_STREAM_RAW]);
        default:
            return MP_OBJ_NEW_SMALL_INT(status.level);
    }
}

static mp_obj_t log_value(const pl_log *log, qstr name) {
    switch (name) {
        case MP_QSTR_boot:
            return mp_obj_new_int_from_uint(log->boot);
        case MP_QSTR_faults:
            return mp_obj_new_int_from_uint(log->faults);
        case MP_QSTR_restored:
            return mp_obj_new_int_from_uint(log->report.restored);
        case MP_QSTR_torn:
            return mp_obj_new_int_from_uint(log->report.torn);
        case MP_QSTR_unusable:
            return mp_obj_new_int_from_uint(log->report.unusable);
        case MP_QSTR_erases:
            return mp_obj_new_int_from_uint(log->state.erases);
        case MP_QSTR_lost:
            return mp_obj_new_int_from_uint(log->state.lost[PL_STREAM_SUMMARY]);
        case MP_QSTR_lost_raw:
            return mp_obj_new_int_from_uint(log->state.lost[PL_STREAM_RAW]);
        case MP_QSTR_acked:
            return mp_obj_new_int_from_uint(log->state.acked[PL_STREAM_SUMMARY]);
        case MP_QSTR_acked_raw:
            return mp_obj_new_int_from_uint(log->state.acked[PL_STREAM_RAW]);
        case MP_QSTR_next:
            return mp_obj_new_int_from_uint(log->state.next[PL_STREAM_SUMMARY]);
        case MP_QSTR_next_raw:
            return mp_obj_new_int_from_uint(log->state.next[PL_STREAM_RAW]);
        default:
            return log_status_value(log, name);
    }
}

static void log_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; /* all attributes are read-only */
    }
    log_obj *self = MP_OBJ_TO_PTR(self_in);
    dest[0] = log_value(&self->log, name);
    if (dest[0] == MP_OBJ_NULL) {
        dest[1] = MP_OBJ_SENTINEL; /* look among the methods */
    }
}

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_log_type, MP_QSTR_Log, MP_TYPE_FLAG_NONE,
    make_new, log_make_new, attr, log_attr, locals_dict, &log_locals);
