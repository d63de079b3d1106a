/*
 * What the log's closed segments are, as digests (SPEC.md, "Bulk transfer"): in a session the host
 * believes a segment by its digest, so that its bulk frames need no tags.
 *
 * Digests are remembered, a slot for each sector, so that a pull need not compute them.  A slot says
 * which segment its digest is of, and a segment's number is never given again: a slot whose sector
 * has got another segment is stale by itself.
 */
#ifndef PL_DIGEST_H
#define PL_DIGEST_H

#include <stdint.h>

#include "pl_log.h"

/* The first so many bytes of the SHA-256 of a segment's bytes. */
#define PL_DIGEST 16u
/* What tells of one segment: u32 number, u16 length, digest. */
#define PL_DIGEST_ENTRY (6u + PL_DIGEST)
/* So many that were not remembered are computed for one list: some 30 ms on the RP2040. */
#define PL_DIGEST_AT_ONCE 8u

typedef struct {
    uint32_t entry; /* of the log's table; 0 none */
    uint8_t digest[PL_DIGEST];
} pl_digest_slot;

typedef struct {
    pl_digest_slot *slots; /* one a sector, zero at first; the caller's.  NULL: none are kept */
    /* Puts the digest of flash bytes [offset, offset + length) into out; negative: it failed. */
    int32_t (*digest)(void *context, uint32_t offset, uint32_t length, uint8_t out[PL_DIGEST]);
    void *context;
} pl_digests;

/*
 * Puts entries of the closed segments of `stream` from number `from` up to but without `until` into
 * out[0 .. capacity), as many as fit, but not more than PL_DIGEST_AT_ONCE that must be computed;
 * with `again` all are computed.  Returns their bytes, 0 when there are no such segments, or a
 * negative PL_ELOG_*.
 */
int32_t pl_digest_list(pl_digests *digests, pl_log *log, uint32_t stream, uint32_t from,
                       uint32_t until, int again, uint8_t *out, uint32_t capacity);

/*
 * Computes the digest of one closed segment that is not acknowledged and has none, of raw samples
 * only with `raw`.  1 if there was one, 0 if all have theirs or none are kept, or a negative
 * PL_ELOG_*.
 */
int32_t pl_digest_ahead(pl_digests *digests, pl_log *log, int raw);

#endif
