/*
 * The log: an append-only ring of 4 KiB segments (pl_segment.h) in a flash partition, with two
 * streams (summary records; raw samples) numbered apart, and a small ring of checkpoints in its
 * first sectors.
 *
 * What it promises, whatever instant the power goes: every record that pl_log_flush returned for
 * is there after the next mount; every record that was not is there or is not, whole; what the
 * host acknowledged stays acknowledged or is offered again, never the other way round.
 *
 * How: a page is programmed once between erases.  Records gather in RAM until they fill a page,
 * which is then a commit; a flush before that writes the unfinished page into the next
 * checkpoint, from where mount completes it.  A checkpoint also holds the acknowledgements and
 * which segments were given up.  Before a segment is overwritten, a checkpoint says so.
 *
 * Space: first never-used sectors and those already given up; then the oldest raw segment; then
 * the oldest acknowledged summary; only then, counted, the oldest summary.
 *
 * All calls return 0 or more, or a negative PL_ELOG_*.  Not re-entrant.
 */
#ifndef PL_LOG_H
#define PL_LOG_H

#include <stdint.h>

#include "pl_flash.h"
#include "pl_pack.h"
#include "pl_raw.h"
#include "pl_seal.h"
#include "pl_segment.h"

#define PL_LOG_CHECKPOINT_SECTORS 4u
#define PL_LOG_SECTORS_MIN (PL_LOG_CHECKPOINT_SECTORS + 4u)
/* Longest body of a summary record. */
#define PL_LOG_BODY_MAX 152u
/* RAM for the summary stream's commit: header, one page of commit; and for raw, one segment. */
#define PL_LOG_SUMMARY_BUFFER (2u * PL_PAGE)
#define PL_LOG_RAW_BUFFER (PL_SECTOR + PL_SEAL_FIELDS)

enum {
    PL_ELOG_FLASH = -1,    /* the flash failed; nothing more can be promised until a mount */
    PL_ELOG_ARGUMENT = -2, /* body too long, time going backwards, no such stream */
    PL_ELOG_NONE = -3,     /* no such segment */
    PL_ELOG_SIZE = -4,     /* partition smaller than PL_LOG_SECTORS_MIN, or over 65534 sectors */
    PL_ELOG_FULL = -5,     /* raw samples only: all room is taken by unacknowledged summaries */
    PL_ELOG_SEAL = -6,     /* the caller's cryptography failed; nothing was written */
};

/* How full the log is, in the order in which it gets worse. */
enum {
    PL_LOG_ROOM = 0,       /* nothing unacknowledged is about to go */
    PL_LOG_RAW_GOES = 1,   /* the next segment overwrites raw samples nobody has fetched */
    PL_LOG_NEARLY_FULL = 2, /* under a tenth of the partition is left for summaries */
    PL_LOG_SUMMARY_GOES = 3, /* the next segment overwrites a summary nobody has fetched */
};

/* What new segments say about themselves; may be changed at any time. */
typedef struct {
    char serial[PL_SERIAL];
    uint32_t rate_mhz[2];
    uint32_t calibration;
    uint32_t config;
    uint64_t anchor_utc_ms; /* wall clock at anchor_cs; 0 unknown */
    uint32_t anchor_cs;
} pl_log_identity;

/*
 * One stream's commit under construction: room for the longest segment header, then the commit;
 * the header, of whatever length, ends where the commit begins.
 */
typedef struct {
    uint8_t *image;
    uint32_t used; /* bytes of payload; 0: nothing to commit */
    uint32_t seed; /* CRC of the open segment's header */
    pl_commit commit;
    uint16_t sector; /* of the open segment, or PL_LOG_NOWHERE */
    uint8_t page;    /* where the commit goes; 0: a new segment */
    uint8_t header;  /* length of the open segment's header */
    uint8_t moved;   /* 1: the segment has the key of another one and takes one commit only */
} pl_log_stream;

#define PL_LOG_NOWHERE 0xFFFFu

/* Longest image of an unfinished page. */
#define PL_LOG_TAIL_MAX 252u

/* The unfinished page, as it was flushed: the image of a commit without its CRC. */
typedef struct {
    uint32_t sequence; /* of its segment */
    uint32_t begins;   /* 1: the image starts with its segment's header */
    uint32_t seal;     /* of its payload, PL_SEAL_* */
    uint32_t length;   /* of the image; 0: none */
    uint8_t image[PL_LOG_TAIL_MAX];
} pl_log_tail;

/* What checkpoints keep, besides the unfinished page. */
typedef struct {
    uint32_t counter;           /* of checkpoints */
    uint32_t first[PL_STREAMS]; /* segments below were given up */
    uint32_t acked[PL_STREAMS]; /* segments below are safe with the host */
    uint32_t lost[PL_STREAMS];  /* segments given up that were not */
    uint32_t next[PL_STREAMS];  /* sequence number of the next segment that is begun */
    uint32_t closed;            /* summary segments below take no more commits */
    uint32_t erases;            /* of sectors, since ever */
    uint32_t cursor;            /* sector to look for room from */
} pl_log_state;

/* What mount found. */
typedef struct {
    uint32_t restored;  /* bytes of records completed from a checkpoint */
    uint32_t torn;      /* commits of the newest segment that were cut or damaged */
    uint32_t segments;  /* sound ones */
    uint32_t unusable;  /* sectors that hold neither a segment nor nothing */
} pl_log_mount_report;

typedef struct {
    const pl_flash *flash;
    const pl_seal *seal; /* NULL: in the clear */
    uint32_t sectors;
    uint32_t *table; /* one entry a sector; the caller's */
    pl_log_identity identity;
    pl_log_state state;
    pl_log_stream stream[PL_STREAMS];
    pl_log_tail tail;
    pl_pack pack; /* the summary stream's unfinished page */
    pl_pack undo; /* the same before the last record */
    uint32_t flushed; /* records of it that are in `tail` */
    uint32_t learned; /* 1: `pack` knows the commits of this boot so far */
    pl_raw_encoder encoder;
    uint32_t raw_index; /* of the next chunk of the open raw block */
    uint32_t boot;
    uint32_t checkpoint_sector;
    uint32_t checkpoint_page;
    uint32_t faults; /* programs and erases that did not verify, since mount */
    uint32_t failed; /* 1: the flash did not answer; nothing is written until the next mount */
    pl_log_mount_report report;
    uint8_t page[PL_PAGE]; /* scratch */
} pl_log;

typedef struct {
    uint32_t total;     /* data segments that fit */
    uint32_t free;      /* never used or given up */
    uint32_t raw;       /* raw segments held */
    uint32_t summary;   /* summary segments held */
    uint32_t unacked[PL_STREAMS];
    uint32_t lost[PL_STREAMS];
    uint32_t erases;
    uint32_t level; /* PL_LOG_ROOM ... */
} pl_log_status;

/* Where a segment is and what it holds. */
typedef struct {
    uint32_t stream;
    uint32_t sequence;
    uint32_t sector;
    uint32_t length; /* bytes in use, whole pages */
    uint32_t acked;
    uint32_t open; /* may still grow */
} pl_log_segment;

/*
 * Reads the partition and completes what the last power cut left unfinished.  `table` has room
 * for `sectors` entries, `summary` for PL_LOG_SUMMARY_BUFFER bytes and `raw` for
 * PL_LOG_RAW_BUFFER; all stay in use.  A blank or foreign partition is an
 * empty log; nothing is erased.  log->boot is 1 more than the largest found, log->report says the
 * rest.
 *
 * With a `seal` all that is written from now on is sealed.  Its keys are not kept: no mount can
 * read, or go on in, what was sealed before it, and what the last power cut left unfinished is
 * completed as it was sealed then.
 */
int32_t pl_log_mount(pl_log *log, const pl_flash *flash, uint32_t sectors, uint32_t *table,
                     uint8_t *summary, uint8_t *raw, const pl_log_identity *identity,
                     const pl_seal *seal);

/*
 * Adds a record at time t_cs since boot, which never goes backwards, with a version of 0..7 and
 * a body of at most PL_LOG_BODY_MAX bytes.
 */
int32_t pl_log_append(pl_log *log, uint8_t type, uint8_t version, uint32_t t_cs,
                      const uint8_t *body, uint32_t length);

/* Makes all summary records appended so far safe. */
int32_t pl_log_flush(pl_log *log);

/*
 * Adds one chunk of raw samples (pl_raw.h), n_s and n_l up to 255.  `index` counts the samples
 * of the leading sensor before it since boot; a jump begins a new segment.  Raw samples become
 * safe a segment at a time, or by pl_log_raw_flush.
 */
int32_t pl_log_raw(pl_log *log, uint32_t t_cs, uint32_t index, const int16_t *s, uint32_t n_s,
                   const int16_t *l, uint32_t n_l);

/* Ends the open raw segment and makes its samples safe. */
int32_t pl_log_raw_flush(pl_log *log);

/* Ends the open segments of both streams, so that all that was appended can be fetched. */
int32_t pl_log_close(pl_log *log);

/* The host has segments of `stream` below `sequence` on its disk; open ones are left out. */
int32_t pl_log_acknowledge(pl_log *log, uint32_t stream, uint32_t sequence);

/* Finds the first segment of `stream` at or above `sequence`; PL_ELOG_NONE if there is none. */
int32_t pl_log_find(pl_log *log, uint32_t stream, uint32_t sequence, pl_log_segment *out);

/*
 * Copies up to `length` bytes of a segment that pl_log_find found; returns how many there were,
 * or PL_ELOG_NONE if it has been given up since.
 */
int32_t pl_log_read(pl_log *log, const pl_log_segment *segment, uint32_t offset, uint8_t *out,
                    uint32_t length);

/* Gives up everything, acknowledged or not, and erases every sector that was in use. */
int32_t pl_log_wipe(pl_log *log);

void pl_log_get_status(const pl_log *log, pl_log_status *out);

#endif
