/*
 * The module `plumbcore`: the native core for MicroPython, in the firmware and in the unix port.
 * Each area of the core has its bindings in a file of its own (mp_<area>.c), declares what it
 * offers in mp_areas.h and is listed in the table here.  host/plumbcore is the same module for
 * CPython.
 */
#include "py/obj.h"
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_version.h"

static mp_obj_t core_version(void) {
    return mp_obj_new_int_from_uint(pl_core_version());
}
static MP_DEFINE_CONST_FUN_OBJ_0(core_version_obj, core_version);

static const mp_rom_map_elem_t plumbcore_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_plumbcore) },
    { MP_ROM_QSTR(MP_QSTR_core_version), MP_ROM_PTR(&core_version_obj) },
};
static MP_DEFINE_CONST_DICT(plumbcore_globals, plumbcore_globals_table);

const mp_obj_module_t plumbcore_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&plumbcore_globals,
};

MP_REGISTER_MODULE(MP_QSTR_plumbcore, plumbcore_module);
