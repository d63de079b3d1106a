/* What each area's binding offers to the module table in mod_plumbcore.c. */
#ifndef MP_AREAS_H
#define MP_AREAS_H

#include "py/obj.h"

#endif
