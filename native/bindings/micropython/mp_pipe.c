/*
 * plumbcore.Pipe: see pl_pipe.h and host/plumbcore/pipe.py, which has the same names and
 * arguments.  Only the constructor allocates.
 */
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_pipe.h"

typedef struct {
    mp_obj_base_t base;
    pl_pipe pipe;
    uint32_t lost;
} pipe_obj;

static void *buffer_of(mp_obj_t obj, size_t length, mp_uint_t flags) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, flags);
    if (info.len < length) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    return info.buf;
}

static size_t length_of(mp_obj_t obj) {
    mp_int_t n = mp_obj_get_int(obj);
    if (n < 0 || n > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    return (size_t)n;
}

static unsigned sensor_of(mp_obj_t obj) {
    mp_int_t index = mp_obj_get_int(obj);
    if (index != PL_PIPE_S && index != PL_PIPE_L) {
        mp_raise_ValueError(MP_ERROR_TEXT("sensor is 0 (S) or 1 (L)"));
    }
    return (unsigned)index;
}

static mp_obj_t pipe_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 4, false);
    pl_ori_params params;
    pl_ori_params_default(&params);
    pipe_obj *self = mp_obj_malloc(pipe_obj, type);
    self->lost = 0;
    int result = pl_pipe_init_scaled(&self->pipe,
        (uint32_t)mp_obj_get_int_truncated(args[0]), (uint32_t)mp_obj_get_int_truncated(args[1]),
        n_args > 2 ? (uint32_t)mp_obj_get_int_truncated(args[2]) : params.gyr_fs_mdps,
        n_args > 3 ? (uint32_t)mp_obj_get_int_truncated(args[3]) : params.acc_fs_ug);
    if (result != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a rate or scale is outside its limits"));
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t pipe_align(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    pipe_obj *self = MP_OBJ_TO_PTR(args[0]);
    int32_t q[4];
    for (unsigned i = 0; i < 4u; i++) {
        q[i] = mp_obj_get_int_truncated(args[2u + i]);
    }
    if (pl_pipe_align(&self->pipe, sensor_of(args[1]), q) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("not a quaternion of length 1 in Q30"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pipe_align_obj, 6, 6, pipe_align);

static mp_obj_t pipe_do(mp_obj_t self_in, mp_obj_t doing_in) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t doing = mp_obj_get_int(doing_in);
    if (doing < PL_PIPE_WEARING || doing > PL_PIPE_BENDING) {
        mp_raise_ValueError(MP_ERROR_TEXT("doing is WEARING, STILL or BENDING"));
    }
    pl_pipe_do(&self->pipe, (unsigned)doing);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(pipe_do_obj, pipe_do);

static mp_obj_t pipe_find(mp_obj_t self_in, mp_obj_t sensor) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(pl_pipe_find(&self->pipe, sensor_of(sensor)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(pipe_find_obj, pipe_find);

static mp_obj_t pipe_level(mp_obj_t self_in, mp_obj_t sensor) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(pl_pipe_level(&self->pipe, sensor_of(sensor)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(pipe_level_obj, pipe_level);

static mp_obj_t pipe_alignment(mp_obj_t self_in, mp_obj_t sensor, mp_obj_t out_in) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    const pl_align *align = pl_pipe_alignment(&self->pipe, sensor_of(sensor));
    int32_t *out = buffer_of(out_in, 8u * sizeof(int32_t), MP_BUFFER_WRITE);
    for (unsigned i = 0; i < 4u; i++) {
        out[i] = align->q[i];
    }
    out[4] = align->quality;
    out[5] = align->bend_cdeg;
    out[6] = align->sway_cdeg;
    out[7] = align->crooked_cdeg;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(pipe_alignment_obj, pipe_alignment);

static mp_obj_t pipe_unpack(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    pipe_obj *self = MP_OBJ_TO_PTR(args[0]);
    size_t length = length_of(args[3]);
    const uint8_t *words = buffer_of(args[2], length, MP_BUFFER_READ);
    mp_buffer_info_t out;
    mp_get_buffer_raise(args[4], &out, MP_BUFFER_WRITE);
    uint32_t n = pl_pipe_unpack(&self->pipe, sensor_of(args[1]), words, (uint32_t)length,
        out.buf, (uint32_t)(out.len / (6u * sizeof(int16_t))), &self->lost);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pipe_unpack_obj, 5, 5, pipe_unpack);

static mp_obj_t pipe_lost(mp_obj_t self_in) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->lost);
}
static MP_DEFINE_CONST_FUN_OBJ_1(pipe_lost_obj, pipe_lost);

static mp_obj_t pipe_gap(mp_obj_t self_in, mp_obj_t sensor, mp_obj_t n) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_pipe_gap(&self->pipe, sensor_of(sensor), (uint32_t)mp_obj_get_int(n));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(pipe_gap_obj, pipe_gap);

static mp_obj_t pipe_chunk(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    pipe_obj *self = MP_OBJ_TO_PTR(args[0]);
    size_t n_s = length_of(args[2]);
    size_t n_l = length_of(args[4]);
    const int16_t *s = buffer_of(args[1], n_s * 6u * sizeof(int16_t), MP_BUFFER_READ);
    const int16_t *l = buffer_of(args[3], n_l * 6u * sizeof(int16_t), MP_BUFFER_READ);
    mp_buffer_info_t out;
    mp_get_buffer_raise(args[5], &out, MP_BUFFER_WRITE);
    uint32_t room = (uint32_t)(out.len / (PL_BLOCK_FIELDS * sizeof(int32_t)));
    int32_t n = pl_pipe_chunk(&self->pipe, s, (uint32_t)n_s, l, (uint32_t)n_l, out.buf, room);
    if (n < 0) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("the chunk completes more blocks than there is room for"));
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pipe_chunk_obj, 6, 6, pipe_chunk);

static mp_obj_t pipe_quat(mp_obj_t self_in, mp_obj_t sensor, mp_obj_t out) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_pipe_quat(&self->pipe, sensor_of(sensor), buffer_of(out, 16, MP_BUFFER_WRITE));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(pipe_quat_obj, pipe_quat);

static mp_obj_t pipe_bias(mp_obj_t self_in, mp_obj_t sensor, mp_obj_t out) {
    pipe_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_pipe_bias(&self->pipe, sensor_of(sensor), buffer_of(out, 12, MP_BUFFER_WRITE));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(pipe_bias_obj, pipe_bias);

static mp_obj_t pipe_set_bias(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    pipe_obj *self = MP_OBJ_TO_PTR(args[0]);
    int32_t bias[3];
    for (unsigned i = 0; i < 3u; i++) {
        bias[i] = mp_obj_get_int_truncated(args[2u + i]);
    }
    pl_pipe_set_bias(&self->pipe, sensor_of(args[1]), bias);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pipe_set_bias_obj, 5, 5, pipe_set_bias);

static const mp_rom_map_elem_t pipe_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_align), MP_ROM_PTR(&pipe_align_obj) },
    { MP_ROM_QSTR(MP_QSTR_do), MP_ROM_PTR(&pipe_do_obj) },
    { MP_ROM_QSTR(MP_QSTR_find), MP_ROM_PTR(&pipe_find_obj) },
    { MP_ROM_QSTR(MP_QSTR_level), MP_ROM_PTR(&pipe_level_obj) },
    { MP_ROM_QSTR(MP_QSTR_alignment), MP_ROM_PTR(&pipe_alignment_obj) },
    { MP_ROM_QSTR(MP_QSTR_unpack), MP_ROM_PTR(&pipe_unpack_obj) },
    { MP_ROM_QSTR(MP_QSTR_lost), MP_ROM_PTR(&pipe_lost_obj) },
    { MP_ROM_QSTR(MP_QSTR_gap), MP_ROM_PTR(&pipe_gap_obj) },
    { MP_ROM_QSTR(MP_QSTR_chunk), MP_ROM_PTR(&pipe_chunk_obj) },
    { MP_ROM_QSTR(MP_QSTR_quat), MP_ROM_PTR(&pipe_quat_obj) },
    { MP_ROM_QSTR(MP_QSTR_bias), MP_ROM_PTR(&pipe_bias_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_bias), MP_ROM_PTR(&pipe_set_bias_obj) },
};
static MP_DEFINE_CONST_DICT(pipe_locals, pipe_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_pipe_type, MP_QSTR_Pipe, MP_TYPE_FLAG_NONE,
    make_new, pipe_make_new, locals_dict, &pipe_locals);
