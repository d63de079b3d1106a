/*
 * plumbcore.frame_encode(out, kind, cmd, flags, reqid, payload) -> length of the frame in `out`
 * plumbcore.FrameDecoder(max_payload): see pl_frame.h and host/plumbcore/frame.py.
 * Only the constructor allocates.
 */
#include "py/objarray.h"
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_frame.h"

static mp_obj_t plumbcore_frame_encode(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t out, payload;
    mp_get_buffer_raise(args[0], &out, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[5], &payload, MP_BUFFER_READ);
    if (payload.len > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("payload over 65535 bytes"));
    }
    pl_frame_header header = {
        .version = PL_WIRE_VERSION,
        .kind = (uint8_t)mp_obj_get_int(args[1]),
        .command = (uint8_t)mp_obj_get_int(args[2]),
        .flags = (uint8_t)mp_obj_get_int(args[3]),
        .request = (uint16_t)mp_obj_get_int(args[4]),
        .length = (uint16_t)payload.len,
    };
    int32_t length = pl_frame_encode(out.buf, (uint32_t)out.len, &header, payload.buf);
    if (length < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("out is too small for the frame"));
    }
    return MP_OBJ_NEW_SMALL_INT(length);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_frame_encode_obj, 6, 6, plumbcore_frame_encode);

typedef struct {
    mp_obj_base_t base;
    pl_frame_decoder decoder;
    int32_t status;
    /* One view for all frames, made shorter or longer, so that reading a payload allocates not. */
    mp_obj_array_t *payload;
} frame_decoder_obj;

static mp_obj_t frame_decoder_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t max_payload = mp_obj_get_int(args[0]);
    if (max_payload < 0 || max_payload > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("max_payload is not in 0..65535"));
    }
    size_t capacity = (size_t)max_payload + PL_FRAME_OVERHEAD;
    frame_decoder_obj *self = mp_obj_malloc(frame_decoder_obj, type);
    uint8_t *buffer = m_new(uint8_t, capacity);
    pl_frame_init(&self->decoder, buffer, (uint32_t)capacity);
    self->status = PL_FRAME_MORE;
    self->payload = MP_OBJ_TO_PTR(mp_obj_new_memoryview('B', 0, buffer));
    /* An offset, not a pointer into the buffer: the garbage collector knows heads of blocks only. */
    self->payload->free = PL_FRAME_HEADER;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t frame_decoder_feed(size_t n_args, const mp_obj_t *args) {
    frame_decoder_obj *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[1], &data, MP_BUFFER_READ);
    mp_int_t start = n_args > 2 ? mp_obj_get_int(args[2]) : 0;
    mp_int_t end = n_args > 3 ? mp_obj_get_int(args[3]) : (mp_int_t)data.len;
    if (start < 0 || end < start || end > (mp_int_t)data.len) {
        mp_raise_ValueError(MP_ERROR_TEXT("start and end are not inside buf"));
    }
    uint32_t taken;
    self->status = pl_frame_feed(&self->decoder, (const uint8_t *)data.buf + start,
        (uint32_t)(end - start), &taken);
    self->decoder.text_start += (uint32_t)start;
    self->decoder.text_end += (uint32_t)start;
    self->payload->len = self->status == PL_FRAME_READY ? self->decoder.header.length : 0;
    return MP_OBJ_NEW_SMALL_INT(start + (mp_int_t)taken);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(frame_decoder_feed_obj, 2, 4, frame_decoder_feed);

static mp_obj_t frame_decoder_dropped_into(mp_obj_t self_in, mp_obj_t out_in) {
    frame_decoder_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t out;
    mp_get_buffer_raise(out_in, &out, MP_BUFFER_WRITE);
    return MP_OBJ_NEW_SMALL_INT(pl_frame_dropped(&self->decoder, out.buf, (uint32_t)out.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(frame_decoder_dropped_into_obj, frame_decoder_dropped_into);

static const mp_rom_map_elem_t frame_decoder_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&frame_decoder_feed_obj) },
    { MP_ROM_QSTR(MP_QSTR_dropped_into), MP_ROM_PTR(&frame_decoder_dropped_into_obj) },
};
static MP_DEFINE_CONST_DICT(frame_decoder_locals, frame_decoder_locals_table);

static mp_obj_t frame_decoder_value(frame_decoder_obj *self, qstr name) {
    const pl_frame_decoder *d = &self->decoder;
    switch (name) {
        case MP_QSTR_status:
            return MP_OBJ_NEW_SMALL_INT(self->status);
        case MP_QSTR_payload:
            return MP_OBJ_FROM_PTR(self->payload);
        case MP_QSTR_version:
            return MP_OBJ_NEW_SMALL_INT(d->header.version);
        case MP_QSTR_speaks:
            return mp_obj_new_bool(pl_frame_speaks(d->header.version));
        case MP_QSTR_kind:
            return MP_OBJ_NEW_SMALL_INT(d->header.kind);
        case MP_QSTR_cmd:
            return MP_OBJ_NEW_SMALL_INT(d->header.command);
        case MP_QSTR_flags:
            return MP_OBJ_NEW_SMALL_INT(d->header.flags);
        case MP_QSTR_reqid:
            return MP_OBJ_NEW_SMALL_INT(d->header.request);
        case MP_QSTR_text_start:
            return MP_OBJ_NEW_SMALL_INT(d->text_start);
        case MP_QSTR_text_end:
            return MP_OBJ_NEW_SMALL_INT(d->text_end);
        case MP_QSTR_frames:
            return mp_obj_new_int_from_uint(d->frames);
        case MP_QSTR_bad_crc:
            return mp_obj_new_int_from_uint(d->bad_crc);
        case MP_QSTR_bad_length:
            return mp_obj_new_int_from_uint(d->bad_length);
        case MP_QSTR_too_long:
            return mp_obj_new_int_from_uint(d->too_long);
        case MP_QSTR_foreign:
            return mp_obj_new_int_from_uint(d->foreign);
        default:
            return MP_OBJ_NULL;
    }
}

static void frame_decoder_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; /* all attributes are read-only */
    }
    dest[0] = frame_decoder_value(MP_OBJ_TO_PTR(self_in), name);
    if (dest[0] == MP_OBJ_NULL) {
        dest[1] = MP_OBJ_SENTINEL; /* look among the methods */
    }
}

MP_DEFINE_CONST_OBJ_TYPE(
    plumbcore_frame_decoder_type,
    MP_QSTR_FrameDecoder,
    MP_TYPE_FLAG_NONE,
    make_new, frame_decoder_make_new,
    attr, frame_decoder_attr,
    locals_dict, &frame_decoder_locals
    );
