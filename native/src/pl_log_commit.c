/* Putting a stream's commit on flash. */
#include <string.h>

#include "pl_bytes.h"
#include "pl_log_internal.h"

#define TRIES 8u

uint32_t pl_log_room(const pl_log *log, uint32_t stream) {
    const pl_log_stream *s = &log->stream[stream];
    uint32_t bytes = stream == PL_STREAM_RAW ? PL_SECTOR : PL_PAGE;
    return bytes - (s->page == 0 ? s->header : 0) - PL_COMMIT_OVERHEAD -
           (log->seal != NULL ? PL_SEAL_EXTRA : 0);
}

int32_t pl_log_seal(const pl_log *log, uint32_t stream, uint8_t *commit) {
    uint8_t with[PL_COMMIT_HEADER];
    uint32_t length = pl_get16(commit);
    pl_put16(commit, length + PL_SEAL_EXTRA);
    /* All of the header but the number, which changes when the commit moves. */
    memcpy(with, commit, sizeof with);
    with[PL_COMMIT_NUMBER_AT] = 0;
    int32_t result =
        log->seal->seal(log->seal->context, stream, with, commit + PL_COMMIT_HEADER, length);
    return result < 0 ? PL_ELOG_SEAL : 0;
}

static void describe(const pl_log *log, uint32_t stream, pl_segment_header *out) {
    const pl_log_stream *s = &log->stream[stream];
    const pl_log_identity *identity = &log->identity;
    pl_segment_header header = {
        .stream = (uint8_t)stream,
        .seal = log->seal != NULL ? PL_SEAL_GCM : PL_SEAL_NONE,
        .sequence = log->state.next[stream],
        .boot = s->commit.boot,
        .t_cs = s->commit.t_cs,
        .rate_mhz = {identity->rate_mhz[0], identity->rate_mhz[1]},
        .calibration = identity->calibration,
        .config = identity->config,
    };
    memcpy(header.serial, identity->serial, PL_SERIAL);
    /* The anchor is this boot's; another boot's commit, completed after it, has none. */
    if (identity->anchor_utc_ms != 0 && s->commit.boot == log->boot) {
        int64_t since = (int64_t)s->commit.t_cs - (int64_t)identity->anchor_cs;
        header.utc_ms = identity->anchor_utc_ms + (uint64_t)(since * 10);
    }
    *out = header;
}

static int32_t begin_segment(pl_log *log, uint32_t stream) {
    pl_log_stream *s = &log->stream[stream];
    pl_segment_header header;
    pl_log_leave(s);
    describe(log, stream, &header);
    s->header = log->seal != NULL ? PL_SEGMENT_HEADER_SEALED : PL_SEGMENT_HEADER;
    pl_segment_write_header(pl_log_header(s), &header);
    s->seed = header.crc;
    s->commit.number = 0;
    if (log->seal != NULL) {
        if (log->seal->begin(log->seal->context, stream, pl_log_header(s)) < 0) {
            return PL_ELOG_SEAL;
        }
        s->seed = pl_segment_renumber(pl_log_header(s), header.sequence, 0);
    }
    return 0;
}

/* Gives the header in the image the next number, and the key that it has. */
static void renumber(pl_log *log, uint32_t stream) {
    pl_log_stream *s = &log->stream[stream];
    uint8_t *header = pl_log_header(s);
    uint32_t origin = pl_get32(header + PL_SEGMENT_ORIGIN_AT);
    origin = origin != 0 ? origin : pl_get32(header + PL_SEGMENT_SEQUENCE_AT) + 1u;
    pl_log_leave(s);
    s->seed = pl_segment_renumber(header, log->state.next[stream], origin);
    s->commit.number = 0;
    s->moved = 1;
}

static int32_t program(pl_log *log, uint32_t offset, const uint8_t *image, uint32_t length);

/* Puts the header in the image, of a summary segment, into a page of its own. */
static int32_t put_header(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    int32_t result = pl_log_take(log, PL_STREAM_SUMMARY, &s->sector);
    if (result < 0) {
        return result;
    }
    result = program(log, s->sector * PL_SECTOR, pl_log_header(s), s->header);
    s->page = 1;
    /* Also when it failed: it may be readable, so the number is used up. */
    log->table[s->sector] =
        pl_log_entry(PL_STREAM_SUMMARY, log->state.next[PL_STREAM_SUMMARY]++);
    log->faults += result == PL_EFLASH_VERIFY;
    return result;
}

/* Begins a sealed summary segment, in another sector if one is worn out. */
static int32_t begin_sealed(pl_log *log, int moved) {
    int32_t result = PL_EFLASH_VERIFY;
    for (uint32_t tries = 0; tries < TRIES && result == PL_EFLASH_VERIFY; tries++) {
        if (moved) {
            renumber(log, PL_STREAM_SUMMARY);
            result = pl_log_move_tail(log);
        } else {
            result = begin_segment(log, PL_STREAM_SUMMARY);
        }
        if (result < 0) {
            return result;
        }
        result = put_header(log);
        if (log->failed) {
            return PL_ELOG_FLASH;
        }
    }
    return result < 0 ? pl_log_fail(log) : 0;
}

int32_t pl_log_begin_moved(pl_log *log, uint32_t stream) {
    if (stream == PL_STREAM_SUMMARY) {
        return begin_sealed(log, 1);
    }
    renumber(log, stream);
    return 0;
}

int32_t pl_log_begin(pl_log *log, uint32_t stream, uint32_t boot, uint32_t t_cs) {
    pl_log_stream *s = &log->stream[stream];
    s->used = 0;
    s->commit.flags = 0;
    s->commit.boot = boot;
    s->commit.t_cs = t_cs;
    if (s->sector != PL_LOG_NOWHERE) {
        return 0;
    }
    int sealed = log->seal != NULL && stream == PL_STREAM_SUMMARY;
    return sealed ? begin_sealed(log, 0) : begin_segment(log, stream);
}

void pl_log_leave(pl_log_stream *stream) {
    stream->sector = PL_LOG_NOWHERE;
    stream->page = 0;
    stream->moved = 0;
}

int32_t pl_log_fail(pl_log *log) {
    log->failed = 1;
    return PL_ELOG_FLASH;
}

/* Programs `length` bytes from a page's start on, FF behind them; a PL_EFLASH_*. */
static int32_t program(pl_log *log, uint32_t offset, const uint8_t *image, uint32_t length) {
    int32_t result = 0;
    for (uint32_t at = 0; at < length && result == 0; at += PL_PAGE) {
        const uint8_t *page = image + at;
        if (length - at < PL_PAGE) {
            memset(log->page, 0xFF, PL_PAGE);
            memcpy(log->page, page, length - at);
            page = log->page;
        }
        result = pl_flash_program(log->flash, offset + at, page);
    }
    return result;
}

/* One attempt; on PL_EFLASH_VERIFY the stream is where the next attempt belongs. */
static int32_t attempt(pl_log *log, uint32_t stream, uint32_t length) {
    pl_log_stream *s = &log->stream[stream];
    uint32_t begins = s->page == 0;
    uint32_t header = begins ? s->header : 0;
    uint32_t pages = (header + length + PL_PAGE - 1u) / PL_PAGE;
    uint32_t offset = s->sector * PL_SECTOR + s->page * PL_PAGE;
    int32_t result =
        program(log, offset, s->image + PL_LOG_COMMIT_AT - header, header + length);
    s->page = (uint8_t)(s->page + pages);
    if (begins) {
        /* Also when it failed: the header may be readable, so the number is used up. */
        uint32_t sequence = log->state.next[stream]++;
        log->table[s->sector] = pl_log_entry(stream, sequence);
    }
    if (result != PL_EFLASH_VERIFY) {
        return result;
    }
    log->faults++;
    if (begins || s->page + pages > PL_PAGES) {
        if (s->header == PL_SEGMENT_HEADER_SEALED) {
            return pl_log_begin_moved(log, stream) < 0 ? PL_EFLASH_DEVICE : PL_EFLASH_VERIFY;
        }
        begin_segment(log, stream);
        if (stream == PL_STREAM_SUMMARY && pl_log_move_tail(log) < 0) {
            return PL_EFLASH_DEVICE;
        }
    }
    return PL_EFLASH_VERIFY;
}

int32_t pl_log_commit_sealed(pl_log *log, uint32_t stream) {
    pl_log_stream *s = &log->stream[stream];
    uint8_t *commit = s->image + PL_LOG_COMMIT_AT;
    if (s->used > 0 && log->seal != NULL) {
        s->commit.length = (uint16_t)s->used;
        pl_commit_write_header(commit, &s->commit);
        if (pl_log_seal(log, stream, commit) < 0) {
            return PL_ELOG_SEAL;
        }
        s->used += PL_SEAL_EXTRA;
    }
    return pl_log_commit(log, stream);
}

int32_t pl_log_commit(pl_log *log, uint32_t stream) {
    pl_log_stream *s = &log->stream[stream];
    if (s->used == 0) {
        return 0;
    }
    int32_t result = PL_EFLASH_VERIFY;
    for (uint32_t tries = 0; tries < TRIES && result == PL_EFLASH_VERIFY; tries++) {
        if (s->sector == PL_LOG_NOWHERE) {
            int32_t taken = pl_log_take(log, stream, &s->sector);
            if (taken < 0) {
                return taken;
            }
        }
        s->commit.length = (uint16_t)s->used;
        uint32_t length =
            pl_commit_write(s->image + PL_LOG_COMMIT_AT, &s->commit, s->seed);
        result = attempt(log, stream, length);
    }
    if (result < 0) {
        return pl_log_fail(log);
    }
    s->used = 0;
    s->commit.number++;
    if (s->page == PL_PAGES || s->moved) {
        pl_log_leave(s);
    }
    return 0;
}
