/*
 * A MicroPython block device (readblocks, writeblocks with an offset, ioctl 4, 5 and 6; 4096-byte
 * blocks) as a pl_flash.  Where it offers its contents as a buffer, as rp2.Flash does with the
 * mapped flash, reads go there.  Calls do not allocate.
 */
#ifndef MP_FLASH_H
#define MP_FLASH_H

#include "py/objarray.h"

#include "pl_flash.h"

typedef struct {
    pl_flash flash;
    mp_obj_t device;
    const uint8_t *mapped; /* NULL: through readblocks */
    uint32_t sectors;
    mp_obj_array_t *view;  /* lends the device what is read or written */
    mp_obj_t error;        /* raised by the device during a call; MP_OBJ_NULL: none */
} mp_flash;

/* Binds to a device; raises ValueError if its blocks are not of 4096 bytes. */
void mp_flash_init(mp_flash *self, mp_obj_t device);

/* Raises what the device raised since the last call of this, if anything. */
void mp_flash_raise(mp_flash *self);

#endif
