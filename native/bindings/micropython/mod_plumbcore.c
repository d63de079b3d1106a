/*
 * The module `plumbcore`: the native core for MicroPython, in the firmware and in the unix port.
 * Each area of the core has its bindings in a file of its own (mp_<area>.c), declares what it
 * offers in mp_areas.h and is listed in the table here.  host/plumbcore is the same module for
 * CPython.
 */
#include "py/obj.h"
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_frame.h"
#include "pl_fusion.h"
#include "pl_pipe.h"
#include "pl_segment.h"
#include "pl_sway.h"
#include "pl_version.h"
#include "pl_window.h"

static mp_obj_t core_version(void) {
    return mp_obj_new_int_from_uint(pl_core_version());
}
static MP_DEFINE_CONST_FUN_OBJ_0(core_version_obj, core_version);

static const mp_rom_map_elem_t plumbcore_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_plumbcore) },
    { MP_ROM_QSTR(MP_QSTR_core_version), MP_ROM_PTR(&core_version_obj) },

    { MP_ROM_QSTR(MP_QSTR_crc32), MP_ROM_PTR(&plumbcore_crc32_obj) },

    { MP_ROM_QSTR(MP_QSTR_sha256), MP_ROM_PTR(&plumbcore_sha256_obj) },
    { MP_ROM_QSTR(MP_QSTR_hkdf_sha256), MP_ROM_PTR(&plumbcore_hkdf_sha256_obj) },
    { MP_ROM_QSTR(MP_QSTR_gcm_seal), MP_ROM_PTR(&plumbcore_gcm_seal_obj) },
    { MP_ROM_QSTR(MP_QSTR_gcm_open), MP_ROM_PTR(&plumbcore_gcm_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_ecdh), MP_ROM_PTR(&plumbcore_ecdh_obj) },
    { MP_ROM_QSTR(MP_QSTR_ecdsa_verify), MP_ROM_PTR(&plumbcore_ecdsa_verify_obj) },
    { MP_ROM_QSTR(MP_QSTR_equal), MP_ROM_PTR(&plumbcore_equal_obj) },
    { MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&plumbcore_random_obj) },
    { MP_ROM_QSTR(MP_QSTR_Mac), MP_ROM_PTR(&plumbcore_mac_type) },

    { MP_ROM_QSTR(MP_QSTR_frame_encode), MP_ROM_PTR(&plumbcore_frame_encode_obj) },
    { MP_ROM_QSTR(MP_QSTR_FrameDecoder), MP_ROM_PTR(&plumbcore_frame_decoder_type) },
    { MP_ROM_QSTR(MP_QSTR_WIRE_VERSION), MP_ROM_INT(PL_WIRE_VERSION) },
    { MP_ROM_QSTR(MP_QSTR_FRAME_OVERHEAD), MP_ROM_INT(PL_FRAME_OVERHEAD) },
    { MP_ROM_QSTR(MP_QSTR_REQUEST), MP_ROM_INT(PL_FRAME_REQUEST) },
    { MP_ROM_QSTR(MP_QSTR_RESPONSE), MP_ROM_INT(PL_FRAME_RESPONSE) },
    { MP_ROM_QSTR(MP_QSTR_ERROR), MP_ROM_INT(PL_FRAME_ERROR) },
    { MP_ROM_QSTR(MP_QSTR_EVENT), MP_ROM_INT(PL_FRAME_EVENT) },
    { MP_ROM_QSTR(MP_QSTR_BULK), MP_ROM_INT(PL_FRAME_BULK) },

    { MP_ROM_QSTR(MP_QSTR_Orientation), MP_ROM_PTR(&plumbcore_orientation_type) },
    { MP_ROM_QSTR(MP_QSTR_Alignment), MP_ROM_PTR(&plumbcore_alignment_type) },
    { MP_ROM_QSTR(MP_QSTR_Relative), MP_ROM_PTR(&plumbcore_relative_type) },
    { MP_ROM_QSTR(MP_QSTR_ALIGN_SHORT), MP_ROM_INT(PL_EALIGN_SHORT) },
    { MP_ROM_QSTR(MP_QSTR_ALIGN_UNSURE), MP_ROM_INT(PL_EALIGN_UNSURE) },
    { MP_ROM_QSTR(MP_QSTR_ALIGN_MOVED), MP_ROM_INT(PL_EALIGN_MOVED) },
    { MP_ROM_QSTR(MP_QSTR_ALIGN_SMALL), MP_ROM_INT(PL_EALIGN_SMALL) },
    { MP_ROM_QSTR(MP_QSTR_ALIGN_CROOKED), MP_ROM_INT(PL_EALIGN_CROOKED) },
    { MP_ROM_QSTR(MP_QSTR_ORI_RESTING), MP_ROM_INT(PL_ORI_RESTING) },
    { MP_ROM_QSTR(MP_QSTR_ORI_CONVERGED), MP_ROM_INT(PL_ORI_CONVERGED) },
    { MP_ROM_QSTR(MP_QSTR_ORI_CLIPPED), MP_ROM_INT(PL_ORI_CLIPPED) },
    { MP_ROM_QSTR(MP_QSTR_ORI_FROZEN), MP_ROM_INT(PL_ORI_FROZEN) },
    { MP_ROM_QSTR(MP_QSTR_STATE_SIZE), MP_ROM_INT(PL_ORI_SAVED_SIZE) },

    { MP_ROM_QSTR(MP_QSTR_Pipe), MP_ROM_PTR(&plumbcore_pipe_type) },
    { MP_ROM_QSTR(MP_QSTR_BLOCK_FIELDS), MP_ROM_INT(PL_BLOCK_FIELDS) },
    { MP_ROM_QSTR(MP_QSTR_WEARING), MP_ROM_INT(PL_PIPE_WEARING) },
    { MP_ROM_QSTR(MP_QSTR_STILL), MP_ROM_INT(PL_PIPE_STILL) },
    { MP_ROM_QSTR(MP_QSTR_BENDING), MP_ROM_INT(PL_PIPE_BENDING) },
    { MP_ROM_QSTR(MP_QSTR_BLOCK_SAMPLES), MP_ROM_INT(PL_PIPE_BLOCK_SAMPLES) },
    { MP_ROM_QSTR(MP_QSTR_Window), MP_ROM_PTR(&plumbcore_window_type) },
    { MP_ROM_QSTR(MP_QSTR_atan2_cdeg), MP_ROM_PTR(&plumbcore_atan2_cdeg_obj) },
    { MP_ROM_QSTR(MP_QSTR_scores), MP_ROM_PTR(&plumbcore_scores_obj) },
    { MP_ROM_QSTR(MP_QSTR_WINDOW_FIELDS), MP_ROM_INT(PL_WINDOW_FIELDS) },

    { MP_ROM_QSTR(MP_QSTR_Sway), MP_ROM_PTR(&plumbcore_sway_type) },
    { MP_ROM_QSTR(MP_QSTR_SWAY_FIELDS), MP_ROM_INT(PL_SWAY_FIELDS) },
    { MP_ROM_QSTR(MP_QSTR_Smooth), MP_ROM_PTR(&plumbcore_smooth_type) },

    { MP_ROM_QSTR(MP_QSTR_Log), MP_ROM_PTR(&plumbcore_log_type) },
    { MP_ROM_QSTR(MP_QSTR_Seal), MP_ROM_PTR(&plumbcore_seal_type) },
    { MP_ROM_QSTR(MP_QSTR_SUMMARY), MP_ROM_INT(PL_STREAM_SUMMARY) },
    { MP_ROM_QSTR(MP_QSTR_RAW), MP_ROM_INT(PL_STREAM_RAW) },
    { MP_ROM_QSTR(MP_QSTR_Params), MP_ROM_PTR(&plumbcore_params_type) },
};
static MP_DEFINE_CONST_DICT(plumbcore_globals, plumbcore_globals_table);

const mp_obj_module_t plumbcore_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&plumbcore_globals,
};

MP_REGISTER_MODULE(MP_QSTR_plumbcore, plumbcore_module);
