/*
 * plumbcore.Sway and plumbcore.Smooth: see pl_sway.h, pl_smooth.h and host/plumbcore/balance.py,
 * which has the same names and arguments.  Only the constructors allocate.
 */
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_fusion.h"
#include "pl_smooth.h"
#include "pl_sway.h"

static void *buffer_of(mp_obj_t obj, mp_uint_t flags, size_t unit, size_t *n) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, flags);
    *n = info.len / unit;
    return info.buf;
}

static const int16_t *samples_of(mp_obj_t samples, mp_obj_t n_in, size_t *n) {
    size_t room;
    const int16_t *data = buffer_of(samples, MP_BUFFER_READ, 6u * sizeof(int16_t), &room);
    mp_int_t wanted = mp_obj_get_int(n_in);
    if (wanted < 0 || (size_t)wanted > room) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    *n = (size_t)wanted;
    return data;
}

/* -- Sway ---------------------------------------------------------------------------------- */

typedef struct {
    mp_obj_base_t base;
    pl_sway sway;
    pl_sway_coef coef;
} sway_obj;

static mp_obj_t sway_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 5, 6, false);
    pl_ori_params params;
    pl_ori_params_default(&params);
    int32_t align[4];
    for (unsigned i = 0; i < 4u; i++) {
        align[i] = mp_obj_get_int_truncated(args[1u + i]);
    }
    sway_obj *self = mp_obj_malloc(sway_obj, type);
    uint32_t scale = n_args > 5 ? (uint32_t)mp_obj_get_int_truncated(args[5]) : params.acc_fs_ug;
    if (pl_sway_init(&self->sway, &self->coef, (uint32_t)mp_obj_get_int_truncated(args[0]), scale,
        align) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a rate or scale is outside its limits"));
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t sway_feed(mp_obj_t self_in, mp_obj_t samples, mp_obj_t n_in) {
    sway_obj *self = MP_OBJ_TO_PTR(self_in);
    size_t n;
    const int16_t *data = samples_of(samples, n_in, &n);
    for (size_t i = 0; i < n; i++) {
        pl_sway_update(&self->sway, &self->coef, data + 6u * i + 3u);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(sway_feed_obj, sway_feed);

static mp_obj_t sway_result(mp_obj_t self_in, mp_obj_t out_in) {
    sway_obj *self = MP_OBJ_TO_PTR(self_in);
    size_t n;
    int32_t *out = buffer_of(out_in, MP_BUFFER_WRITE, sizeof(int32_t), &n);
    if (n < PL_SWAY_FIELDS) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    return MP_OBJ_NEW_SMALL_INT(pl_sway_result(&self->sway, &self->coef, out));
}
static MP_DEFINE_CONST_FUN_OBJ_2(sway_result_obj, sway_result);

static const mp_rom_map_elem_t sway_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&sway_feed_obj) },
    { MP_ROM_QSTR(MP_QSTR_result), MP_ROM_PTR(&sway_result_obj) },
};
static MP_DEFINE_CONST_DICT(sway_locals, sway_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_sway_type, MP_QSTR_Sway, MP_TYPE_FLAG_NONE,
    make_new, sway_make_new, locals_dict, &sway_locals);

/* -- Smooth -------------------------------------------------------------------------------- */

typedef struct {
    mp_obj_base_t base;
    mp_obj_t ring; /* keeps the caller's buffer alive */
    pl_smooth smooth;
} smooth_obj;

static mp_obj_t smooth_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 3, false);
    pl_ori_params params;
    pl_ori_params_default(&params);
    size_t room;
    uint16_t *ring = buffer_of(args[1], MP_BUFFER_WRITE, sizeof(uint16_t), &room);
    smooth_obj *self = mp_obj_malloc(smooth_obj, type);
    self->ring = args[1];
    uint32_t scale = n_args > 2 ? (uint32_t)mp_obj_get_int_truncated(args[2]) : params.gyr_fs_mdps;
    if (room == 0u || pl_smooth_init(&self->smooth, ring, (uint32_t)room,
        (uint32_t)mp_obj_get_int_truncated(args[0]), scale) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a rate or size is outside its limits"));
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t smooth_bias(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    smooth_obj *self = MP_OBJ_TO_PTR(args[0]);
    int32_t bias[3];
    for (unsigned i = 0; i < 3u; i++) {
        bias[i] = mp_obj_get_int_truncated(args[1u + i]);
    }
    pl_smooth_bias(&self->smooth, bias);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(smooth_bias_obj, 4, 4, smooth_bias);

static mp_obj_t smooth_feed(mp_obj_t self_in, mp_obj_t samples, mp_obj_t n_in) {
    smooth_obj *self = MP_OBJ_TO_PTR(self_in);
    size_t n;
    const int16_t *data = samples_of(samples, n_in, &n);
    for (size_t i = 0; i < n; i++) {
        pl_smooth_update(&self->smooth, data + 6u * i);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(smooth_feed_obj, smooth_feed);

static mp_obj_t smooth_count(mp_obj_t self_in) {
    smooth_obj *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->smooth.count);
}
static MP_DEFINE_CONST_FUN_OBJ_1(smooth_count_obj, smooth_count);

static mp_obj_t smooth_sparc(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    smooth_obj *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t first = mp_obj_get_int(args[1]);
    mp_int_t n = mp_obj_get_int(args[2]);
    size_t room;
    int32_t *scratch = buffer_of(args[3], MP_BUFFER_WRITE, sizeof(int32_t), &room);
    if (first < 0 || n < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("first and n cannot be negative"));
    }
    return MP_OBJ_NEW_SMALL_INT(
        pl_smooth_sparc(&self->smooth, (uint32_t)first, (uint32_t)n, scratch, (uint32_t)room));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(smooth_sparc_obj, 4, 4, smooth_sparc);

static const mp_rom_map_elem_t smooth_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_bias), MP_ROM_PTR(&smooth_bias_obj) },
    { MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&smooth_feed_obj) },
    { MP_ROM_QSTR(MP_QSTR_count), MP_ROM_PTR(&smooth_count_obj) },
    { MP_ROM_QSTR(MP_QSTR_sparc), MP_ROM_PTR(&smooth_sparc_obj) },
};
static MP_DEFINE_CONST_DICT(smooth_locals, smooth_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_smooth_type, MP_QSTR_Smooth, MP_TYPE_FLAG_NONE,
    make_new, smooth_make_new, locals_dict, &smooth_locals);
