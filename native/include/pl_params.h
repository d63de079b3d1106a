/*
 * A small block of parameters (configuration, calibration) in two sectors, one of which always
 * holds the last good copy.
 *
 * A copy is one sector: header (magic, version, sequence, length, CRC-32 of header and data),
 * then data.  Storing erases the sector of the older copy, programs it, header page last, and
 * reads it back; loading takes the sound copy with the higher sequence.  A cut at any operation
 * leaves the old copy or the new one.  SPEC.md, "Parameter copies".
 */
#ifndef PL_PARAMS_H
#define PL_PARAMS_H

#include <stdint.h>

#include "pl_flash.h"

#define PL_PARAMS_HEADER 20u
#define PL_PARAMS_MAX (PL_SECTOR - PL_PARAMS_HEADER)

enum {
    PL_EPARAMS_FLASH = -1,   /* the flash failed; the older copy is still there */
    PL_EPARAMS_NONE = -2,    /* no sound copy */
    PL_EPARAMS_SIZE = -3,    /* more than PL_PARAMS_MAX, or than the buffer holds */
    PL_EPARAMS_VERSION = -4, /* the newest copy is of a newer format: do not overwrite it unasked */
};

typedef struct {
    const pl_flash *flash;
    uint32_t offset[2];
    uint32_t sequence; /* of the newest sound copy; 0 none */
    uint32_t newest;   /* which of the two it is */
    uint32_t damaged;  /* copies that were there and not sound, at the last load */
    uint8_t page[PL_PAGE];
} pl_params;

/* The two sectors, as offsets in the flash. */
void pl_params_init(pl_params *params, const pl_flash *flash, uint32_t offset_a,
                    uint32_t offset_b);

/* Loads the newest sound copy into out[0 .. capacity); its length, or a PL_EPARAMS_*. */
int32_t pl_params_load(pl_params *params, uint8_t *out, uint32_t capacity);

/* Stores a new copy in place of the older one; 0 or a PL_EPARAMS_*.  Loads first if need be. */
int32_t pl_params_store(pl_params *params, const uint8_t *data, uint32_t length);

#endif
