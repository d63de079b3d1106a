/* plumbcore.atan2_cdeg(y, x): see pl_angle.h. */
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_angle.h"

static mp_obj_t plumbcore_atan2_cdeg(mp_obj_t y, mp_obj_t x) {
    return MP_OBJ_NEW_SMALL_INT(
        pl_atan2_cdeg((int32_t)mp_obj_get_int(y), (int32_t)mp_obj_get_int(x)));
}
MP_DEFINE_CONST_FUN_OBJ_2(plumbcore_atan2_cdeg_obj, plumbcore_atan2_cdeg);
