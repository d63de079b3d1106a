/* What the files of the log share; not part of its interface. */
#ifndef PL_LOG_INTERNAL_H
#define PL_LOG_INTERNAL_H

#include "pl_log.h"

/* Entries of log->table: PL_LOG_FREE, PL_LOG_BAD, or 1 + 2 * sequence + stream. */
#define PL_LOG_FREE 0u
#define PL_LOG_BAD 0xFFFFFFFFu

/* Where table entries end; at one segment a second that takes 34 years. */
#define PL_LOG_SEQUENCE_MAX 0x3FFFFFFFu

static inline uint32_t pl_log_entry(uint32_t stream, uint32_t sequence) {
    return 1u + 2u * sequence + stream;
}

static inline int pl_log_holds(uint32_t entry) {
    return entry != PL_LOG_FREE && entry != PL_LOG_BAD;
}

static inline uint32_t pl_log_entry_stream(uint32_t entry) {
    return (entry - 1u) & 1u;
}

static inline uint32_t pl_log_entry_sequence(uint32_t entry) {
    return (entry - 1u) >> 1;
}

/* Where a stream's commit stands in its image, and the header in front of it. */
#define PL_LOG_COMMIT_AT PL_SEGMENT_HEADER_SEALED

static inline uint8_t *pl_log_header(pl_log_stream *stream) {
    return stream->image + PL_LOG_COMMIT_AT - stream->header;
}

static inline uint8_t *pl_log_payload(pl_log_stream *stream) {
    return stream->image + PL_LOG_COMMIT_AT + PL_COMMIT_HEADER;
}

/* pl_log_checkpoint.c */

/* Writes log->state and log->tail. */
int32_t pl_log_checkpoint(pl_log *log);
/* Loads them from the newest checkpoint, if there is one, and finds where the next one goes. */
int32_t pl_log_load_checkpoint(pl_log *log);

/*
 * Says that the unfinished page will now be the first of the stream's next segment; needed before
 * that segment is begun, or a cut between its header and its commit would hide the page.
 */
int32_t pl_log_move_tail(pl_log *log);

/* pl_log_space.c */

/* Finds, and erases, a sector for a new segment of `stream`; gives something up if need be. */
int32_t pl_log_take(pl_log *log, uint32_t stream, uint16_t *sector);
/* 1 if a new segment of `stream` would find a sector. */
int pl_log_has_room(const pl_log *log, uint32_t stream);
/* Sector of the stream's oldest segment at or above `sequence`, or PL_LOG_NOWHERE. */
uint32_t pl_log_oldest(const pl_log *log, uint32_t stream, uint32_t sequence);

/* pl_log_commit.c */

/*
 * Starts a stream's next commit, and, where none is open, its next segment.  The header of a sealed
 * summary segment goes to flash at once, in a page of its own: what is flushed later is sealed
 * under it.
 */
int32_t pl_log_begin(pl_log *log, uint32_t stream, uint32_t boot, uint32_t t_cs);
/*
 * Begins a segment for a commit that is sealed already: with the header, all but its number, that
 * stands in the image.
 */
int32_t pl_log_begin_moved(pl_log *log, uint32_t stream);
/* Bytes of payload, as its caller sees it, that a stream's commit has room for. */
uint32_t pl_log_room(const pl_log *log, uint32_t stream);
/*
 * Seals the payload of the commit at `commit`, whose header counts it without what sealing adds:
 * then it counts that, too.
 */
int32_t pl_log_seal(const pl_log *log, uint32_t stream, uint8_t *commit);
/* Programs a stream's commit, if it holds anything; its payload is as it shall be on flash. */
int32_t pl_log_commit(pl_log *log, uint32_t stream);
/* The same for a payload that is sealed first, if the log is. */
int32_t pl_log_commit_sealed(pl_log *log, uint32_t stream);
/* Says that the flash failed: PL_ELOG_FLASH from now on. */
int32_t pl_log_fail(pl_log *log);
/* Forgets that the stream has an open segment. */
void pl_log_leave(pl_log_stream *stream);

#endif
