/*
 * A log's segments in the pieces that bulk frames carry (SPEC.md, "Bulk transfer").
 */
#ifndef PL_BULK_H
#define PL_BULK_H

#include <stdint.h>

#include "pl_log.h"

#define PL_BULK_HEADER 12u
/* The segment number of the frame that ends a transfer. */
#define PL_BULK_END 0xFFFFFFFFu

/* How far a transfer has come. */
typedef struct {
    uint32_t stream;
    uint32_t sequence; /* of the segment that comes next, and the byte of it */
    uint32_t offset;
    uint32_t until;    /* segments from here on are left out */
    uint32_t sent;     /* bytes of data */
} pl_bulk;

/*
 * Puts the payload of the next bulk frame into out[0 .. capacity), capacity > PL_BULK_HEADER, and
 * goes on behind it; returns its length, PL_BULK_HEADER at the end, or a negative PL_ELOG_*.  Open
 * segments, and those that were given up meanwhile, are left out.
 */
int32_t pl_bulk_next(pl_log *log, pl_bulk *bulk, uint8_t *out, uint32_t capacity);

#endif
