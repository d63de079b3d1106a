/* Putting a stream's commit on flash. */
#include <string.h>

#include "pl_log_internal.h"

#define TRIES 8u


static void begin_segment(pl_log *log, uint32_t stream, uint32_t sequence) {
    pl_log_stream *s = &log->stream[stream];
    const pl_log_identity *identity = &log->identity;
    pl_segment_header header = {
        .stream = (uint8_t)stream,
        .sequence = sequence,
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
    pl_segment_write_header(s->image, &header);
    s->seed = header.crc;
    s->commit.number = 0;
    s->page = 0;
    s->sector = PL_LOG_NOWHERE;
}

void pl_log_begin(pl_log *log, uint32_t stream, uint32_t boot, uint32_t t_cs) {
    pl_log_stream *s = &log->stream[stream];
    s->used = 0;
    s->commit.flags = 0;
    s->commit.boot = boot;
    s->commit.t_cs = t_cs;
    if (s->sector == PL_LOG_NOWHERE) {
        begin_segment(log, stream, log->state.next[stream]);
    }
}

void pl_log_leave(pl_log_stream *stream) {
    stream->sector = PL_LOG_NOWHERE;
    stream->page = 0;
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
    uint32_t pages = (length + (begins ? PL_SEGMENT_HEADER : 0) + PL_PAGE - 1u) / PL_PAGE;
    uint32_t from = begins ? 0 : PL_SEGMENT_HEADER;
    uint32_t offset = s->sector * PL_SECTOR + s->page * PL_PAGE;
    int32_t result =
        program(log, offset, s->image + from, PL_SEGMENT_HEADER - from + length);
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
        begin_segment(log, stream, log->state.next[stream]);
        if (stream == PL_STREAM_SUMMARY && pl_log_move_tail(log) < 0) {
            return PL_EFLASH_DEVICE;
        }
    }
    return PL_EFLASH_VERIFY;
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
            pl_commit_write(s->image + PL_SEGMENT_HEADER, &s->commit, s->seed);
        result = attempt(log, stream, length);
    }
    if (result < 0) {
        return pl_log_fail(log);
    }
    s->used = 0;
    s->commit.number++;
    if (s->page == PL_PAGES) {
        pl_log_leave(s);
    }
    return 0;
}
