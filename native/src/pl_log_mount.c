/* Finding the log in its partition after whatever happened. */
#include <string.h>

#include "pl_log_internal.h"

static void see_boot(pl_log *log, uint32_t boot) {
    if (boot >= log->boot) {
        log->boot = boot + 1u;
    }
}

/* Reads every sector's header into the table. */
static int32_t scan(pl_log *log) {
    uint8_t bytes[PL_SEGMENT_HEADER_SEALED];
    for (uint32_t i = 0; i < log->sectors; i++) {
        log->table[i] = PL_LOG_FREE;
        if (i < PL_LOG_CHECKPOINT_SECTORS) {
            continue;
        }
        if (log->flash->read(log->flash->context, i * PL_SECTOR, bytes, sizeof bytes) < 0) {
            return PL_ELOG_FLASH;
        }
        pl_segment_header header;
        int32_t result = pl_segment_read_header(bytes, sizeof bytes, &header);
        int readable = result == PL_SEGMENT_OK || result == PL_ESEGMENT_VERSION;
        if (!readable || header.sequence > PL_LOG_SEQUENCE_MAX) {
            log->report.unusable += result != PL_ESEGMENT_BLANK;
            continue;
        }
        if (header.sequence < log->state.first[header.stream]) {
            continue; /* given up, not erased yet */
        }
        log->table[i] = pl_log_entry(header.stream, header.sequence);
        log->report.segments++;
        if (header.sequence >= log->state.next[header.stream]) {
            log->state.next[header.stream] = header.sequence + 1u;
        }
        if (result == PL_SEGMENT_OK) {
            see_boot(log, header.boot);
        }
    }
    return 0;
}

/* The newest summary segment that is there. */
typedef struct {
    pl_segment_header header;
    uint32_t there; /* 1: and it can be read */
    uint32_t sector;
    uint32_t page; /* behind the last one that is not blank */
    uint8_t due;   /* number of its next commit */
} newest_segment;

static uint32_t find_newest(const pl_log *log) {
    uint32_t best = PL_LOG_NOWHERE;
    for (uint32_t i = PL_LOG_CHECKPOINT_SECTORS; i < log->sectors; i++) {
        uint32_t entry = log->table[i];
        if (pl_log_holds(entry) && pl_log_entry_stream(entry) == PL_STREAM_SUMMARY &&
            (best == PL_LOG_NOWHERE || entry > log->table[best])) {
            best = i;
        }
    }
    return best;
}

/*
 * Walks the commits of the newest summary segment; the stream then stands behind the last one, if
 * that is in the clear, and the segment's header in its image.
 */
static int32_t reopen(pl_log *log, uint8_t *segment, newest_segment *newest) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    uint32_t sector = find_newest(log);
    memset(newest, 0, sizeof *newest);
    if (sector == PL_LOG_NOWHERE) {
        return 0;
    }
    if (log->flash->read(log->flash->context, sector * PL_SECTOR, segment, PL_SECTOR) < 0) {
        return PL_ELOG_FLASH;
    }
    pl_segment_header *header = &newest->header;
    if (pl_segment_read_header(segment, PL_SECTOR, header) != PL_SEGMENT_OK ||
        header->size > PL_SEGMENT_HEADER_SEALED) {
        return 0; /* of another version: left alone */
    }
    uint32_t next = log->state.next[PL_STREAM_SUMMARY];
    uint32_t at = header->size;
    uint32_t page = 1;
    while (at < PL_SECTOR) {
        pl_commit commit;
        int32_t result = pl_commit_read(segment, PL_SECTOR, at, header, &commit);
        if (result == PL_SEGMENT_OK) {
            newest->due = (uint8_t)(commit.number + 1u);
            see_boot(log, commit.boot);
        }
        log->report.torn += result == PL_ESEGMENT_DAMAGED;
        if (result != PL_ESEGMENT_BLANK) {
            page = commit.next / PL_PAGE;
        }
        at = commit.next;
    }
    newest->there = 1;
    newest->sector = sector;
    newest->page = page;
    s->header = header->size;
    memcpy(pl_log_header(s), segment, header->size);
    int closed = next - 1u < log->state.closed || next - 1u < log->state.acked[PL_STREAM_SUMMARY];
    int newer = header->sequence != next - 1u; /* than this one was one that cannot be read */
    s->commit.number = newer ? 0 : newest->due;
    if (page < PL_PAGES && !closed && !newer && header->seal == PL_SEAL_NONE) {
        s->sector = (uint16_t)sector;
        s->page = (uint8_t)page;
        s->seed = header->crc;
    }
    return 0;
}

/*
 * Completes a sealed page that was unfinished, unless it was completed before the cut.  It goes
 * where its segment's key goes: behind the last page of that, or into one with the same header.
 */
static int32_t restore_sealed(pl_log *log, const newest_segment *newest) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    const pl_log_tail *tail = &log->tail;
    uint32_t here = newest->header.sequence;
    if (!newest->there || newest->header.seal != PL_SEAL_GCM || tail->sequence < here ||
        tail->begins || tail->length <= PL_COMMIT_HEADER + PL_SEAL_EXTRA ||
        (tail->sequence == here && tail->image[PL_COMMIT_NUMBER_AT] < newest->due)) {
        return 0;
    }
    pl_commit_read_header(tail->image, &s->commit);
    see_boot(log, s->commit.boot);
    uint32_t length = tail->length - PL_COMMIT_HEADER;
    log->report.restored = length;
    memcpy(pl_log_payload(s), tail->image + PL_COMMIT_HEADER, length);
    if (tail->sequence == here && newest->page < PL_PAGES) {
        s->sector = (uint16_t)newest->sector;
        s->page = (uint8_t)newest->page;
        s->seed = newest->header.crc;
        s->moved = 1;
    } else {
        int32_t result = pl_log_begin_moved(log, PL_STREAM_SUMMARY);
        if (result < 0) {
            return result;
        }
    }
    s->used = length;
    return pl_log_commit(log, PL_STREAM_SUMMARY);
}

/* The same for a page in the clear. */
static int32_t restore(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    const pl_log_tail *tail = &log->tail;
    uint32_t header = tail->begins ? PL_SEGMENT_HEADER : 0;
    if (tail->length <= header + PL_COMMIT_HEADER) {
        return 0;
    }
    uint32_t next = log->state.next[PL_STREAM_SUMMARY];
    uint8_t number = tail->image[header + 2u];
    int newest = next > 0 && tail->sequence == next - 1u;
    if (tail->sequence < next && !(newest && number >= s->commit.number)) {
        return 0; /* stale */
    }
    pl_commit_read_header(tail->image + header, &s->commit);
    see_boot(log, s->commit.boot);
    log->report.restored = tail->length - header - PL_COMMIT_HEADER;
    if (newest && s->sector != PL_LOG_NOWHERE) {
        /* Goes on in the segment that is there. */
    } else if (tail->begins && !newest) {
        pl_segment_header found;
        s->header = PL_SEGMENT_HEADER;
        memcpy(pl_log_header(s), tail->image, PL_SEGMENT_HEADER);
        if (pl_segment_read_header(tail->image, PL_SEGMENT_HEADER, &found) != PL_SEGMENT_OK) {
            return 0;
        }
        s->seed = found.crc;
        log->state.next[PL_STREAM_SUMMARY] = tail->sequence;
    } else {
        uint8_t flags = s->commit.flags;
        int32_t result =
            pl_log_begin(log, PL_STREAM_SUMMARY, s->commit.boot, s->commit.t_cs);
        s->commit.flags = flags;
        if (result < 0 || pl_log_move_tail(log) < 0) {
            return PL_ELOG_FLASH;
        }
        header = 0;
    }
    memcpy(pl_log_payload(s), tail->image + header + PL_COMMIT_HEADER, log->report.restored);
    s->used = log->report.restored;
    return pl_log_commit(log, PL_STREAM_SUMMARY);
}

int32_t pl_log_mount(pl_log *log, const pl_flash *flash, uint32_t sectors, uint32_t *table,
                     uint8_t *summary, uint8_t *raw, const pl_log_identity *identity,
                     const pl_seal *seal) {
    newest_segment newest;
    memset(log, 0, sizeof *log);
    /* What stood there before must not matter, least of all where the flash holds noise. */
    memset(summary, 0, PL_LOG_SUMMARY_BUFFER);
    memset(raw, 0, PL_LOG_RAW_BUFFER);
    if (sectors < PL_LOG_SECTORS_MIN || sectors >= PL_LOG_NOWHERE) {
        return PL_ELOG_SIZE;
    }
    log->flash = flash;
    log->sectors = sectors;
    log->table = table;
    log->identity = *identity;
    log->boot = 1;
    log->stream[PL_STREAM_SUMMARY].image = summary;
    log->stream[PL_STREAM_RAW].image = raw;
    pl_log_leave(&log->stream[PL_STREAM_SUMMARY]);
    pl_log_leave(&log->stream[PL_STREAM_RAW]);
    int32_t result = pl_log_load_checkpoint(log);
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        /* No honest checkpoint says otherwise; a new segment must not count as given up. */
        if (log->state.next[i] < log->state.first[i]) {
            log->state.next[i] = log->state.first[i];
        }
    }
    if (result == 0) {
        result = scan(log);
    }
    if (result == 0) {
        result = reopen(log, raw, &newest);
    }
    /* What the last boot left is completed as it was then; only after that the seal counts. */
    if (result == 0) {
        result = log->tail.seal == PL_SEAL_NONE ? restore(log) : restore_sealed(log, &newest);
    }
    if (seal != NULL || log->tail.seal != PL_SEAL_NONE) {
        pl_log_leave(&log->stream[PL_STREAM_SUMMARY]);
    }
    log->seal = seal;
    log->tail.length = 0;
    return result;
}
