/* What the files of this module offer to the table in mod_plumbport.c. */
#ifndef PLUMBPORT_H
#define PLUMBPORT_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(plumbport_i2c_read_obj);
MP_DECLARE_CONST_FUN_OBJ_2(plumbport_motor_obj);
MP_DECLARE_CONST_FUN_OBJ_0(plumbport_motor_on_obj);

#endif
