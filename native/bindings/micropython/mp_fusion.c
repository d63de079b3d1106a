/*
 * plumbcore.Orientation: the orientation filter; see pl_fusion.h and host/plumbcore/fusion.py,
 * which has the same names and arguments.  Only the constructor allocates (and what returns an
 * integer too large for a small one).
 */
#include "py/runtime.h"

#include "mp_areas.h"
#include "mp_fusion.h"

void mp_fusion_check(int result) {
    switch (result) {
        case PL_EFUSION_RATE:
            mp_raise_ValueError(MP_ERROR_TEXT("rate_mhz is outside 10000..2000000, or over 54 degrees a sample"));
        case PL_EFUSION_GYR:
            mp_raise_ValueError(MP_ERROR_TEXT("gyr_fs_mdps is outside 100000..4400000"));
        case PL_EFUSION_ACC:
            mp_raise_ValueError(MP_ERROR_TEXT("acc_fs_ug is outside 1900000..32000000"));
        case PL_EFUSION_PARAM:
            mp_raise_ValueError(MP_ERROR_TEXT("delay_us is over 8 samples"));
        case PL_EFUSION_STATE:
            mp_raise_ValueError(MP_ERROR_TEXT("not a state of a filter with these parameters"));
        case PL_EFUSION_SPACE:
            mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
        default:
            break;
    }
}

void *mp_fusion_buffer(mp_obj_t obj, size_t length, mp_uint_t flags) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, flags);
    if (info.len < length) {
        mp_fusion_check(PL_EFUSION_SPACE);
    }
    return info.buf;
}

int32_t *mp_fusion_int32(mp_obj_t obj, size_t n) {
    return mp_fusion_buffer(obj, n * sizeof(int32_t), MP_BUFFER_WRITE);
}

static mp_int_t length_of(mp_obj_t obj) {
    mp_int_t n = mp_obj_get_int(obj);
    if (n < 0) {
        mp_fusion_check(PL_EFUSION_SPACE);
    }
    return n;
}

static mp_obj_t orientation_reset(mp_obj_t self_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_init(&self->state, &self->coef);
    pl_fifo_init(&self->fifo);
    self->lost = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(orientation_reset_obj, orientation_reset);

static mp_obj_t orientation_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 4, false);
    pl_ori_params params;
    pl_ori_params_default(&params);
    params.rate_mhz = (uint32_t)mp_obj_get_int(args[0]);
    if (n_args > 1) {
        params.gyr_fs_mdps = (uint32_t)mp_obj_get_int(args[1]);
    }
    if (n_args > 2) {
        params.acc_fs_ug = (uint32_t)mp_obj_get_int(args[2]);
    }
    if (n_args > 3) {
        mp_int_t delay = mp_obj_get_int(args[3]);
        mp_fusion_check(delay < 0 || delay > UINT16_MAX ? PL_EFUSION_PARAM : 0);
        params.delay_us = (uint16_t)delay;
    }
    orientation_obj *self = mp_obj_malloc(orientation_obj, type);
    mp_fusion_check(pl_ori_coef_init(&self->coef, &params));
    orientation_reset(MP_OBJ_FROM_PTR(self));
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t orientation_update(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    orientation_obj *self = MP_OBJ_TO_PTR(args[0]);
    int16_t sample[6];
    for (int i = 0; i < 6; i++) {
        sample[i] = (int16_t)mp_obj_get_int(args[1 + i]);
    }
    pl_ori_update(&self->state, &self->coef, sample);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(orientation_update_obj, 7, 7, orientation_update);

static mp_obj_t orientation_update_block(mp_obj_t self_in, mp_obj_t buf, mp_obj_t n_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t n = length_of(n_in);
    const uint8_t *data = mp_fusion_buffer(buf, 12 * (size_t)n, MP_BUFFER_READ);
    pl_ori_update_block(&self->state, &self->coef, data, (uint32_t)n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(orientation_update_block_obj, orientation_update_block);

static mp_obj_t orientation_update_fifo(mp_obj_t self_in, mp_obj_t buf, mp_obj_t n_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t n = length_of(n_in);
    const uint8_t *data = mp_fusion_buffer(buf, (size_t)n, MP_BUFFER_READ);
    return MP_OBJ_NEW_SMALL_INT(pl_ori_update_fifo(&self->state, &self->coef, &self->fifo, data,
        (uint32_t)n, &self->lost));
}
static MP_DEFINE_CONST_FUN_OBJ_3(orientation_update_fifo_obj, orientation_update_fifo);

static mp_obj_t orientation_lost(mp_obj_t self_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->lost);
}
static MP_DEFINE_CONST_FUN_OBJ_1(orientation_lost_obj, orientation_lost);

static mp_obj_t orientation_gap(mp_obj_t self_in, mp_obj_t n_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_gap(&self->state, &self->coef, (uint32_t)length_of(n_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_gap_obj, orientation_gap);

static mp_obj_t orientation_quat(mp_obj_t self_in, mp_obj_t out) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_quat(&self->state, &self->coef, mp_fusion_int32(out, 4));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_quat_obj, orientation_quat);

static mp_obj_t orientation_rate(mp_obj_t self_in, mp_obj_t out) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_rate(&self->state, &self->coef, mp_fusion_int32(out, 3));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_rate_obj, orientation_rate);

static mp_obj_t orientation_force(mp_obj_t self_in, mp_obj_t out) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_force(&self->state, &self->coef, mp_fusion_int32(out, 3));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_force_obj, orientation_force);

static mp_obj_t orientation_bias(mp_obj_t self_in, mp_obj_t out) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    pl_ori_bias(&self->state, &self->coef, mp_fusion_int32(out, 3));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_bias_obj, orientation_bias);

static mp_obj_t orientation_set_bias(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    orientation_obj *self = MP_OBJ_TO_PTR(args[0]);
    int32_t bias[3] = { mp_obj_get_int(args[1]), mp_obj_get_int(args[2]), mp_obj_get_int(args[3]) };
    pl_ori_set_bias(&self->state, &self->coef, bias);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(orientation_set_bias_obj, 4, 4, orientation_set_bias);

static mp_obj_t orientation_flags(mp_obj_t self_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(pl_ori_flags(&self->state, &self->coef));
}
static MP_DEFINE_CONST_FUN_OBJ_1(orientation_flags_obj, orientation_flags);

static mp_obj_t orientation_resting(mp_obj_t self_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(pl_ori_flags(&self->state, &self->coef) & PL_ORI_RESTING);
}
static MP_DEFINE_CONST_FUN_OBJ_1(orientation_resting_obj, orientation_resting);

static mp_obj_t orientation_converged(mp_obj_t self_in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(pl_ori_flags(&self->state, &self->coef) & PL_ORI_CONVERGED);
}
static MP_DEFINE_CONST_FUN_OBJ_1(orientation_converged_obj, orientation_converged);

static mp_obj_t orientation_state(mp_obj_t self_in, mp_obj_t out) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    uint8_t *bytes = mp_fusion_buffer(out, PL_ORI_SAVED_SIZE, MP_BUFFER_WRITE);
    return MP_OBJ_NEW_SMALL_INT(pl_ori_save(&self->state, &self->coef, bytes, PL_ORI_SAVED_SIZE));
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_state_obj, orientation_state);

static mp_obj_t orientation_restore(mp_obj_t self_in, mp_obj_t in) {
    orientation_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t info;
    mp_get_buffer_raise(in, &info, MP_BUFFER_READ);
    mp_fusion_check(pl_ori_restore(&self->state, &self->coef, info.buf, (uint32_t)info.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(orientation_restore_obj, orientation_restore);

static const mp_rom_map_elem_t orientation_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&orientation_reset_obj) },
    { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&orientation_update_obj) },
    { MP_ROM_QSTR(MP_QSTR_update_block), MP_ROM_PTR(&orientation_update_block_obj) },
    { MP_ROM_QSTR(MP_QSTR_update_fifo), MP_ROM_PTR(&orientation_update_fifo_obj) },
    { MP_ROM_QSTR(MP_QSTR_lost), MP_ROM_PTR(&orientation_lost_obj) },
    { MP_ROM_QSTR(MP_QSTR_gap), MP_ROM_PTR(&orientation_gap_obj) },
    { MP_ROM_QSTR(MP_QSTR_quat), MP_ROM_PTR(&orientation_quat_obj) },
    { MP_ROM_QSTR(MP_QSTR_rate), MP_ROM_PTR(&orientation_rate_obj) },
    { MP_ROM_QSTR(MP_QSTR_force), MP_ROM_PTR(&orientation_force_obj) },
    { MP_ROM_QSTR(MP_QSTR_bias), MP_ROM_PTR(&orientation_bias_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_bias), MP_ROM_PTR(&orientation_set_bias_obj) },
    { MP_ROM_QSTR(MP_QSTR_flags), MP_ROM_PTR(&orientation_flags_obj) },
    { MP_ROM_QSTR(MP_QSTR_resting), MP_ROM_PTR(&orientation_resting_obj) },
    { MP_ROM_QSTR(MP_QSTR_converged), MP_ROM_PTR(&orientation_converged_obj) },
    { MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&orientation_state_obj) },
    { MP_ROM_QSTR(MP_QSTR_restore), MP_ROM_PTR(&orientation_restore_obj) },
};
static MP_DEFINE_CONST_DICT(orientation_locals, orientation_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    plumbcore_orientation_type,
    MP_QSTR_Orientation,
    MP_TYPE_FLAG_NONE,
    make_new, orientation_make_new,
    locals_dict, &orientation_locals
    );
