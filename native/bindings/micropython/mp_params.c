/* plumbcore.Params(flash, offset_a, offset_b): see pl_params.h and host/plumbcore/params.py. */
#include "py/mperrno.h"
#include "py/runtime.h"

#include "mp_areas.h"
#include "mp_flash.h"
#include "pl_params.h"

typedef struct {
    mp_obj_base_t base;
    mp_flash flash;
    pl_params params;
} params_obj;

static mp_obj_t params_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 3, 3, false);
    params_obj *self = mp_obj_malloc(params_obj, type);
    mp_flash_init(&self->flash, args[0]);
    mp_int_t a = mp_obj_get_int(args[1]);
    mp_int_t b = mp_obj_get_int(args[2]);
    mp_int_t end = (mp_int_t)(self->flash.sectors * PL_SECTOR);
    if (a < 0 || b < 0 || a % PL_SECTOR || b % PL_SECTOR || a >= end || b >= end || a == b) {
        mp_raise_ValueError(MP_ERROR_TEXT("the offsets are not two sectors of the flash"));
    }
    pl_params_init(&self->params, &self->flash.flash, (uint32_t)a, (uint32_t)b);
    return MP_OBJ_FROM_PTR(self);
}

/* Turns a result into what Python sees: a length, None where there is no copy, or an exception. */
static mp_obj_t params_result(params_obj *self, int32_t result) {
    mp_flash_raise(&self->flash);
    switch (result) {
        case PL_EPARAMS_NONE:
            return mp_const_none;
        case PL_EPARAMS_FLASH:
            mp_raise_OSError(MP_EIO);
        case PL_EPARAMS_SIZE:
            mp_raise_ValueError(MP_ERROR_TEXT("does not fit"));
        case PL_EPARAMS_VERSION:
            mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("stored by a newer firmware"));
        default:
            return MP_OBJ_NEW_SMALL_INT(result);
    }
}

static mp_obj_t params_load(mp_obj_t self_in, mp_obj_t out_in) {
    params_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t out;
    mp_get_buffer_raise(out_in, &out, MP_BUFFER_WRITE);
    return params_result(self, pl_params_load(&self->params, out.buf, (uint32_t)out.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(params_load_obj, params_load);

static mp_obj_t params_store(mp_obj_t self_in, mp_obj_t data_in) {
    params_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    return params_result(self, pl_params_store(&self->params, data.buf, (uint32_t)data.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(params_store_obj, params_store);

static const mp_rom_map_elem_t params_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&params_load_obj) },
    { MP_ROM_QSTR(MP_QSTR_store), MP_ROM_PTR(&params_store_obj) },
};
static MP_DEFINE_CONST_DICT(params_locals, params_locals_table);

static void params_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    params_obj *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (name == MP_QSTR_sequence) {
        dest[0] = mp_obj_new_int_from_uint(self->params.sequence);
    } else if (name == MP_QSTR_damaged) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->params.damaged);
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_params_type, MP_QSTR_Params, MP_TYPE_FLAG_NONE,
    make_new, params_make_new, attr, params_attr, locals_dict, &params_locals);
