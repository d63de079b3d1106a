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
    uint8_t bytes[PL_SEGMENT_HEADER];
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

/* Walks the commits of the newest summary segment; the stream then stands behind the last one. */
static int32_t reopen(pl_log *log, uint8_t *segment) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    uint32_t next = log->state.next[PL_STREAM_SUMMARY];
    uint32_t sector = next == 0 ? PL_LOG_NOWHERE
                                : pl_log_oldest(log, PL_STREAM_SUMMARY, next - 1u);
    if (sector == PL_LOG_NOWHERE) {
        return 0;
    }
    if (log->flash->read(log->flash->context, sector * PL_SECTOR, segment, PL_SECTOR) < 0) {
        return PL_ELOG_FLASH;
    }
    pl_segment_header header;
    if (pl_segment_read_header(segment, PL_SECTOR, &header) != PL_SEGMENT_OK) {
        return 0; /* of another version: left alone */
    }
    uint32_t at = header.size;
    uint32_t page = 1;
    while (at < PL_SECTOR) {
        pl_commit commit;
        int32_t result = pl_commit_read(segment, PL_SECTOR, at, &header, &commit);
        if (result == PL_SEGMENT_OK) {
            s->commit.number = (uint8_t)(commit.number + 1u);
            see_boot(log, commit.boot);
        }
        log->report.torn += result == PL_ESEGMENT_DAMAGED;
        if (result != PL_ESEGMENT_BLANK) {
            page = commit.next / PL_PAGE;
        }
        at = commit.next;
    }
    int closed = next - 1u < log->state.closed || next - 1u < log->state.acked[PL_STREAM_SUMMARY];
    if (page < PL_PAGES && !closed && header.seal == 0) {
        s->sector = (uint16_t)sector;
        s->page = (uint8_t)page;
        s->seed = header.crc;
    }
    return 0;
}

/* Completes the page that was unfinished, unless it was completed before the cut. */
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
        memcpy(s->image, tail->image, PL_SEGMENT_HEADER);
        if (pl_segment_read_header(s->image, PL_SEGMENT_HEADER, &found) != PL_SEGMENT_OK) {
            return 0;
        }
        s->seed = found.crc;
        log->state.next[PL_STREAM_SUMMARY] = tail->sequence;
    } else {
        uint8_t flags = s->commit.flags;
        pl_log_begin(log, PL_STREAM_SUMMARY, s->commit.boot, s->commit.t_cs);
        s->commit.flags = flags;
        if (pl_log_move_tail(log) < 0) {
            return PL_ELOG_FLASH;
        }
        header = 0;
    }
    memcpy(s->image + PL_SEGMENT_HEADER + PL_COMMIT_HEADER,
           tail->image + header + PL_COMMIT_HEADER, log->report.restored);
    s->used = log->report.restored;
    return pl_log_commit(log, PL_STREAM_SUMMARY);
}

int32_t pl_log_mount(pl_log *log, const pl_flash *flash, uint32_t sectors, uint32_t *table,
                     uint8_t *summary, uint8_t *raw, const pl_log_identity *identity) {
    memset(log, 0, sizeof *log);
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
    if (result == 0) {
        result = scan(log);
    }
    if (result == 0) {
        result = reopen(log, raw);
    }
    if (result == 0) {
        result = restore(log);
    }
    log->tail.length = 0;
    return result;
}
