/*
 * plumbcore.Alignment and plumbcore.Relative: segments from sensors; see pl_fusion.h and
 * host/plumbcore/fusion.py, which has the same names and arguments.  Only constructors allocate.
 */
#include <string.h>

#include "py/runtime.h"

#include "mp_areas.h"
#include "mp_fusion.h"

typedef struct {
    mp_obj_base_t base;
    pl_align align;
} alignment_obj;

static pl_align *align_of(mp_obj_t self_in) {
    return &((alignment_obj *)MP_OBJ_TO_PTR(self_in))->align;
}

static orientation_obj *ori_of(mp_obj_t obj) {
    if (!mp_obj_is_type(obj, &plumbcore_orientation_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("expected an Orientation"));
    }
    return MP_OBJ_TO_PTR(obj);
}

static pl_align *align_arg(mp_obj_t obj) {
    if (!mp_obj_is_type(obj, &plumbcore_alignment_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("expected an Alignment"));
    }
    return align_of(obj);
}

static void attitude(mp_obj_t ori_in, int32_t q[4]) {
    orientation_obj *ori = ori_of(ori_in);
    pl_ori_quat(&ori->state, &ori->coef, q);
}

static mp_obj_t alignment_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    alignment_obj *self = mp_obj_malloc(alignment_obj, type);
    if (pl_align_init(&self->align, (uint32_t)mp_obj_get_int(args[0]))) {
        mp_raise_ValueError(MP_ERROR_TEXT("rate_mhz is outside 1000..2000000"));
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t alignment_begin(mp_obj_t self_in) {
    pl_align_begin(align_of(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(alignment_begin_obj, alignment_begin);

static mp_obj_t alignment_still(mp_obj_t self_in, mp_obj_t ori_in) {
    int32_t q[4];
    attitude(ori_in, q);
    orientation_obj *ori = ori_of(ori_in);
    pl_align_still(align_of(self_in), q, pl_ori_flags(&ori->state, &ori->coef));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alignment_still_obj, alignment_still);

static mp_obj_t alignment_bend(mp_obj_t self_in, mp_obj_t ori_in) {
    int32_t q[4];
    attitude(ori_in, q);
    pl_align_bend(align_of(self_in), q);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alignment_bend_obj, alignment_bend);

static mp_obj_t alignment_finish(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(pl_align_finish(align_of(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(alignment_finish_obj, alignment_finish);

static void quat_arg(mp_obj_t obj, int32_t q[4]) {
    memcpy(q, mp_fusion_buffer(obj, 4 * sizeof(int32_t), MP_BUFFER_READ), 4 * sizeof(int32_t));
}

static void raise_no_attitude(void) {
    mp_raise_ValueError(MP_ERROR_TEXT("not a quaternion of length 1 in Q30"));
}

static mp_obj_t alignment_level(size_t n_args, const mp_obj_t *args) {
    pl_align *align = align_of(args[0]);
    int32_t nominal[4];
    if (n_args > 1 && args[1] != mp_const_none) {
        quat_arg(args[1], nominal);
    } else {
        memcpy(nominal, align->q, sizeof nominal);
    }
    int result = pl_align_level(align, nominal);
    if (result == PL_EALIGN_NOMINAL) {
        raise_no_attitude();
    }
    return MP_OBJ_NEW_SMALL_INT(result);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(alignment_level_obj, 1, 2, alignment_level);

static mp_obj_t alignment_quality(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(align_of(self_in)->quality);
}
static MP_DEFINE_CONST_FUN_OBJ_1(alignment_quality_obj, alignment_quality);

static mp_obj_t alignment_seen(mp_obj_t self_in, mp_obj_t out_in) {
    const pl_align *align = align_of(self_in);
    int32_t *out = mp_fusion_int32(out_in, 3);
    out[0] = align->bend_cdeg;
    out[1] = align->sway_cdeg;
    out[2] = align->crooked_cdeg;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alignment_seen_obj, alignment_seen);

static mp_obj_t alignment_quat(mp_obj_t self_in, mp_obj_t out) {
    memcpy(mp_fusion_int32(out, 4), align_of(self_in)->q, 4 * sizeof(int32_t));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alignment_quat_obj, alignment_quat);

static mp_obj_t alignment_set_quat(mp_obj_t self_in, mp_obj_t q_in) {
    int32_t q[4];
    quat_arg(q_in, q);
    if (pl_align_set(align_of(self_in), q)) {
        raise_no_attitude();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alignment_set_quat_obj, alignment_set_quat);

static mp_obj_t alignment_segment(mp_obj_t self_in, mp_obj_t ori_in, mp_obj_t out) {
    int32_t q[4];
    attitude(ori_in, q);
    pl_align_segment(align_of(self_in), q, mp_fusion_int32(out, 4));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(alignment_segment_obj, alignment_segment);

static mp_obj_t alignment_tilt(mp_obj_t self_in, mp_obj_t ori_in, mp_obj_t out) {
    int32_t q[4], segment[4];
    attitude(ori_in, q);
    pl_align_segment(align_of(self_in), q, segment);
    pl_tilt(segment, mp_fusion_int32(out, 2));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(alignment_tilt_obj, alignment_tilt);

static mp_obj_t alignment_rate(mp_obj_t self_in, mp_obj_t ori_in, mp_obj_t out) {
    orientation_obj *ori = ori_of(ori_in);
    int32_t v[3];
    pl_ori_rate(&ori->state, &ori->coef, v);
    pl_align_vector(align_of(self_in), v, mp_fusion_int32(out, 3));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(alignment_rate_obj, alignment_rate);

static mp_obj_t alignment_force(mp_obj_t self_in, mp_obj_t ori_in, mp_obj_t out) {
    orientation_obj *ori = ori_of(ori_in);
    int32_t v[3];
    pl_ori_force(&ori->state, &ori->coef, v);
    pl_align_vector(align_of(self_in), v, mp_fusion_int32(out, 3));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(alignment_force_obj, alignment_force);

static const mp_rom_map_elem_t alignment_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_begin), MP_ROM_PTR(&alignment_begin_obj) },
    { MP_ROM_QSTR(MP_QSTR_still), MP_ROM_PTR(&alignment_still_obj) },
    { MP_ROM_QSTR(MP_QSTR_bend), MP_ROM_PTR(&alignment_bend_obj) },
    { MP_ROM_QSTR(MP_QSTR_finish), MP_ROM_PTR(&alignment_finish_obj) },
    { MP_ROM_QSTR(MP_QSTR_level), MP_ROM_PTR(&alignment_level_obj) },
    { MP_ROM_QSTR(MP_QSTR_quality), MP_ROM_PTR(&alignment_quality_obj) },
    { MP_ROM_QSTR(MP_QSTR_seen), MP_ROM_PTR(&alignment_seen_obj) },
    { MP_ROM_QSTR(MP_QSTR_quat), MP_ROM_PTR(&alignment_quat_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_quat), MP_ROM_PTR(&alignment_set_quat_obj) },
    { MP_ROM_QSTR(MP_QSTR_segment), MP_ROM_PTR(&alignment_segment_obj) },
    { MP_ROM_QSTR(MP_QSTR_tilt), MP_ROM_PTR(&alignment_tilt_obj) },
    { MP_ROM_QSTR(MP_QSTR_rate), MP_ROM_PTR(&alignment_rate_obj) },
    { MP_ROM_QSTR(MP_QSTR_force), MP_ROM_PTR(&alignment_force_obj) },
};
static MP_DEFINE_CONST_DICT(alignment_locals, alignment_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    plumbcore_alignment_type,
    MP_QSTR_Alignment,
    MP_TYPE_FLAG_NONE,
    make_new, alignment_make_new,
    locals_dict, &alignment_locals
    );

typedef struct {
    mp_obj_base_t base;
    pl_rel rel;
} relative_obj;

static mp_obj_t relative_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    relative_obj *self = mp_obj_malloc(relative_obj, type);
    uint32_t tau_ms = n_args > 1 ? (uint32_t)mp_obj_get_int(args[1]) : PL_REL_TAU_MS;
    if (pl_rel_init(&self->rel, (uint32_t)mp_obj_get_int(args[0]), tau_ms)) {
        mp_raise_ValueError(MP_ERROR_TEXT("rate_mhz is outside 100..2000000 or tau_ms outside "
            "1000..600000, or tau_ms is less than 4 updates"));
    }
    return MP_OBJ_FROM_PTR(self);
}

/* update(lower, lower_align, upper, upper_align, neutral=False) */
static mp_obj_t relative_update(size_t n_args, const mp_obj_t *args) {
    relative_obj *self = MP_OBJ_TO_PTR(args[0]);
    int32_t q[4], lower[4], upper[4];
    attitude(args[1], q);
    pl_align_segment(align_arg(args[2]), q, lower);
    attitude(args[3], q);
    pl_align_segment(align_arg(args[4]), q, upper);
    pl_rel_update(&self->rel, lower, upper, n_args > 5 && mp_obj_is_true(args[5]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(relative_update_obj, 5, 6, relative_update);

static mp_obj_t relative_angles(mp_obj_t self_in, mp_obj_t out) {
    relative_obj *self = MP_OBJ_TO_PTR(self_in);
    memcpy(mp_fusion_int32(out, 3), self->rel.angle_cdeg, sizeof self->rel.angle_cdeg);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(relative_angles_obj, relative_angles);

static const mp_rom_map_elem_t relative_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&relative_update_obj) },
    { MP_ROM_QSTR(MP_QSTR_angles), MP_ROM_PTR(&relative_angles_obj) },
};
static MP_DEFINE_CONST_DICT(relative_locals, relative_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    plumbcore_relative_type,
    MP_QSTR_Relative,
    MP_TYPE_FLAG_NONE,
    make_new, relative_make_new,
    locals_dict, &relative_locals
    );
