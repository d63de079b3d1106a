/* What the log's binding needs of the seal's. */
#ifndef MP_SEAL_H
#define MP_SEAL_H

#include "py/obj.h"

#include "pl_seal.h"

/* The seal in a plumbcore.Seal, NULL for None; TypeError for anything else. */
const pl_seal *mp_seal_of(mp_obj_t obj);

#endif
