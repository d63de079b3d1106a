/*
 * What the log needs of cryptography, as its caller supplies it (SPEC.md, "Sealed segments"): the
 * core itself has none.  Each segment has a key of its own, which only the clinic can find again.
 *
 * Each function returns 0 or a negative number.
 */
#ifndef PL_SEAL_H
#define PL_SEAL_H

#include <stdint.h>

#include "pl_segment.h"

typedef struct {
    /*
     * Makes the key of a new segment of `stream`: fills in the PL_SEAL_FIELDS bytes at
     * PL_SEAL_FIELDS_AT of its header, all else of which but the CRC stands already, and derives
     * the key from all of it.  The stream's key before is forgotten.
     */
    int32_t (*begin)(void *context, uint32_t stream, uint8_t *header);
    /*
     * Encrypts `length` bytes in place and writes PL_SEAL_EXTRA bytes behind them: a number that
     * the key never had before, and a tag over it, `with` and the data.
     */
    int32_t (*seal)(void *context, uint32_t stream, const uint8_t with[PL_COMMIT_HEADER],
                    uint8_t *data, uint32_t length);
    void *context;
} pl_seal;

#endif
