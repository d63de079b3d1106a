/* What each area's binding offers to the module table in mod_plumbcore.c. */
#ifndef MP_AREAS_H
#define MP_AREAS_H

#include "py/obj.h"

/* mp_angle.c */
extern const mp_obj_fun_builtin_fixed_t plumbcore_atan2_cdeg_obj;

/* mp_balance.c */
extern const mp_obj_type_t plumbcore_sway_type;
extern const mp_obj_type_t plumbcore_smooth_type;

/* mp_crc.c */
extern const mp_obj_fun_builtin_var_t plumbcore_crc32_obj;

/* mp_crypto.c, mp_mac.c, mp_random.c */
extern const mp_obj_fun_builtin_var_t plumbcore_sha256_obj;
extern const mp_obj_fun_builtin_var_t plumbcore_hkdf_sha256_obj;
extern const mp_obj_fun_builtin_var_t plumbcore_gcm_seal_obj;
extern const mp_obj_fun_builtin_var_t plumbcore_gcm_open_obj;
extern const mp_obj_fun_builtin_var_t plumbcore_ecdh_obj;
extern const mp_obj_fun_builtin_fixed_t plumbcore_ecdsa_verify_obj;
extern const mp_obj_fun_builtin_fixed_t plumbcore_equal_obj;
extern const mp_obj_fun_builtin_fixed_t plumbcore_random_obj;
extern const mp_obj_type_t plumbcore_mac_type;

/* mp_frame.c */
extern const mp_obj_fun_builtin_var_t plumbcore_frame_encode_obj;
extern const mp_obj_type_t plumbcore_frame_decoder_type;

/* mp_fusion.c */
extern const mp_obj_type_t plumbcore_orientation_type;
extern const mp_obj_type_t plumbcore_alignment_type;
extern const mp_obj_type_t plumbcore_relative_type;

/* mp_log.c, mp_params.c, mp_seal.c */
extern const mp_obj_type_t plumbcore_seal_type;
extern const mp_obj_type_t plumbcore_log_type;
extern const mp_obj_type_t plumbcore_params_type;

/* mp_pipe.c */
extern const mp_obj_type_t plumbcore_pipe_type;

/* mp_window.c */
extern const mp_obj_type_t plumbcore_window_type;
extern const mp_obj_fun_builtin_var_t plumbcore_scores_obj;

#endif
