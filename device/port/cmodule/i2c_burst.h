/* plumbport.i2c_read, see i2c_burst.c. */
#ifndef I2C_BURST_H
#define I2C_BURST_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(plumbport_i2c_read_obj);

#endif
