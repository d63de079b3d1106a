/* plumbcore.crc32(buf, init=0): CRC-32 as zlib's; see pl_crc.h. */
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_crc.h"

static mp_obj_t plumbcore_crc32(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[0], &data, MP_BUFFER_READ);
    uint32_t init = n_args > 1 ? (uint32_t)mp_obj_get_int_truncated(args[1]) : 0;
    return mp_obj_new_int_from_uint(pl_crc32(init, data.buf, (uint32_t)data.len));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_crc32_obj, 1, 2, plumbcore_crc32);
