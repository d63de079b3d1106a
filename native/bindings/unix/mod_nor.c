/*
 * The module `nor` of the unix port: the flash chip of nor.h for the emulated world around the
 * firmware.  host/plumbline/virtual/nor.py has the same names and arguments and describes them.
 */
#include "py/runtime.h"

#include "nor.h"

typedef struct {
    mp_obj_base_t base;
    nor_chip chip;
    mp_obj_t data;
    mp_obj_t on_cut;
    mp_obj_t on_change;
} nor_obj;

static const mp_obj_type_t nor_type;

static mp_obj_t nor_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[0], &data, MP_BUFFER_RW);
    nor_obj *self = mp_obj_malloc(nor_obj, type);
    nor_init(&self->chip, data.buf, data.len, n_args > 1 ? mp_obj_get_int_truncated(args[1]) : 1);
    self->data = args[0];
    self->on_cut = self->on_change = mp_const_none;
    return MP_OBJ_FROM_PTR(self);
}

/* What follows a command: microseconds, and those who want to know of it are told. */
static mp_obj_t done(nor_obj *self, bool was_dead, int32_t us, mp_obj_t address, size_t length) {
    if (us < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("no page, sector or block of the chip"));
    }
    if (was_dead) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    if (self->on_change != mp_const_none) {
        const uint8_t *at = self->chip.data + mp_obj_get_int(address);
        mp_call_function_2(self->on_change, address, mp_obj_new_bytes(at, length));
    }
    if (self->chip.dead && self->on_cut != mp_const_none) {
        mp_call_function_0(self->on_cut);
    }
    return MP_OBJ_NEW_SMALL_INT(us);
}

static mp_obj_t nor_program_(mp_obj_t self_in, mp_obj_t address, mp_obj_t values_in) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t values;
    mp_get_buffer_raise(values_in, &values, MP_BUFFER_READ);
    bool was_dead = self->chip.dead;
    int32_t us = nor_program(&self->chip, mp_obj_get_int_truncated(address), values.buf,
        values.len);
    return done(self, was_dead, us, address, values.len);
}
static MP_DEFINE_CONST_FUN_OBJ_3(nor_program_obj, nor_program_);

static mp_obj_t nor_erase_(mp_obj_t self_in, mp_obj_t address, mp_obj_t size_in) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t size = mp_obj_get_int(size_in);
    bool was_dead = self->chip.dead;
    int32_t us = nor_erase(&self->chip, mp_obj_get_int_truncated(address), size);
    return done(self, was_dead, us, address, size);
}
static MP_DEFINE_CONST_FUN_OBJ_3(nor_erase_obj, nor_erase_);

static mp_obj_t nor_slowest_(mp_obj_t self_in) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    nor_slowest(&self->chip);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(nor_slowest_obj, nor_slowest_);

static mp_obj_t nor_cut_in_(mp_obj_t self_in, mp_obj_t operations) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    nor_cut_in(&self->chip, mp_obj_get_int(operations));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(nor_cut_in_obj, nor_cut_in_);

static mp_obj_t nor_power_on_(mp_obj_t self_in) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    nor_power_on(&self->chip);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(nor_power_on_obj, nor_power_on_);

static mp_obj_t nor_stick_(mp_obj_t self_in, mp_obj_t address, mp_obj_t mask) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    if (nor_stick(&self->chip, mp_obj_get_int_truncated(address), mp_obj_get_int(mask)) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("outside the chip, or another byte of the page is stuck"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(nor_stick_obj, nor_stick_);

static mp_obj_t erases(const nor_chip *chip) {
    mp_obj_t counts = mp_obj_new_dict(0);
    for (unsigned i = 0; i < NOR_SECTORS_MAX; i++) {
        if (chip->erases[i]) {
            mp_obj_dict_store(counts, MP_OBJ_NEW_SMALL_INT(i),
                MP_OBJ_NEW_SMALL_INT(chip->erases[i]));
        }
    }
    return counts;
}

static void nor_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    nor_obj *self = MP_OBJ_TO_PTR(self_in);
    bool stores = dest[0] == MP_OBJ_SENTINEL && dest[1] != MP_OBJ_NULL;
    mp_obj_t *held = name == MP_QSTR_on_cut ? &self->on_cut
        : name == MP_QSTR_on_change ? &self->on_change : NULL;
    if (stores && held) {
        *held = dest[1];
        dest[0] = MP_OBJ_NULL;
    } else if (stores && name == MP_QSTR_tear) {
        self->chip.tear = mp_obj_get_int(dest[1]);
        dest[0] = MP_OBJ_NULL;
    } else if (dest[0] != MP_OBJ_NULL) {
        return; /* anything else can be neither set nor deleted */
    } else if (held) {
        dest[0] = *held;
    } else if (name == MP_QSTR_data) {
        dest[0] = self->data;
    } else if (name == MP_QSTR_operations) {
        dest[0] = mp_obj_new_int_from_uint(self->chip.operations);
    } else if (name == MP_QSTR_dead) {
        dest[0] = mp_obj_new_bool(self->chip.dead);
    } else if (name == MP_QSTR_tear) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->chip.tear);
    } else if (name == MP_QSTR_erases) {
        dest[0] = erases(&self->chip);
    } else {
        dest[1] = MP_OBJ_SENTINEL; /* a method */
    }
}

static const mp_rom_map_elem_t nor_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_program), MP_ROM_PTR(&nor_program_obj) },
    { MP_ROM_QSTR(MP_QSTR_erase), MP_ROM_PTR(&nor_erase_obj) },
    { MP_ROM_QSTR(MP_QSTR_slowest), MP_ROM_PTR(&nor_slowest_obj) },
    { MP_ROM_QSTR(MP_QSTR_cut_in), MP_ROM_PTR(&nor_cut_in_obj) },
    { MP_ROM_QSTR(MP_QSTR_power_on), MP_ROM_PTR(&nor_power_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_stick), MP_ROM_PTR(&nor_stick_obj) },
};
static MP_DEFINE_CONST_DICT(nor_locals, nor_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(nor_type, MP_QSTR_Nor, MP_TYPE_FLAG_NONE, make_new, nor_make_new,
    attr, nor_attr, locals_dict, &nor_locals);

static const mp_rom_map_elem_t module_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_nor) },
    { MP_ROM_QSTR(MP_QSTR_Nor), MP_ROM_PTR(&nor_type) },
    { MP_ROM_QSTR(MP_QSTR_PAGE), MP_ROM_INT(NOR_PAGE) },
    { MP_ROM_QSTR(MP_QSTR_SECTOR), MP_ROM_INT(NOR_SECTOR) },
    { MP_ROM_QSTR(MP_QSTR_BLOCK), MP_ROM_INT(NOR_BLOCK) },
    { MP_ROM_QSTR(MP_QSTR_NOTHING), MP_ROM_INT(NOR_NOTHING) },
    { MP_ROM_QSTR(MP_QSTR_PREFIX), MP_ROM_INT(NOR_PREFIX) },
    { MP_ROM_QSTR(MP_QSTR_RANDOM), MP_ROM_INT(NOR_RANDOM) },
    { MP_ROM_QSTR(MP_QSTR_UNSTABLE), MP_ROM_INT(NOR_UNSTABLE) },
    { MP_ROM_QSTR(MP_QSTR_COMPLETE), MP_ROM_INT(NOR_COMPLETE) },
    { MP_ROM_QSTR(MP_QSTR_ANY), MP_ROM_INT(NOR_ANY) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_table);

const mp_obj_module_t nor_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};

MP_REGISTER_MODULE(MP_QSTR_nor, nor_module);
