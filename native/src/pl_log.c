#include "pl_log.h"

#include <string.h>

#include "pl_bytes.h"
#include "pl_log_internal.h"

/* Commits the unfinished page of summary records, if there is one. */
static int32_t commit_summary(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    if (log->pack.records == 0) {
        return 0;
    }
    s->used = pl_pack_finish(&log->pack, pl_log_payload(s));
    int32_t result = pl_log_commit_sealed(log, PL_STREAM_SUMMARY);
    if (result == 0) {
        log->pack.records = 0;
        log->flushed = 0;
        log->tail.length = 0;
    }
    return result;
}

/* Pages of a segment whose commits may go on from one another: what one damaged commit costs. */
#define RUN 8u

/* Begins a commit of summary records; the first of a run or of a boot knows nothing. */
static int32_t begin_summary(pl_log *log, uint32_t t_cs) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    int32_t result = pl_log_begin(log, PL_STREAM_SUMMARY, log->boot, t_cs);
    if (result < 0) {
        return result;
    }
    s->commit.flags = PL_COMMIT_PACKED;
    /* The first commit of a sealed segment stands in page 1. */
    int first = s->page % RUN == 0 || (log->seal != NULL && s->commit.number == 0);
    if (log->learned && !first) {
        s->commit.flags |= PL_COMMIT_GOES_ON;
        pl_pack_go_on(&log->pack, t_cs);
    } else {
        pl_pack_begin(&log->pack, t_cs);
    }
    log->learned = 1;
    return 0;
}

int32_t pl_log_append(pl_log *log, uint8_t type, uint8_t version, uint32_t t_cs,
                      const uint8_t *body, uint32_t length) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    pl_pack *pack = &log->pack;
    if (length > PL_LOG_BODY_MAX || version > 7u ||
        (pack->records > 0 && t_cs < s->commit.t_cs)) {
        return PL_ELOG_ARGUMENT;
    }
    for (;;) {
        if (log->failed) {
            return PL_ELOG_FLASH;
        }
        if (pack->records == 0) {
            int32_t result = begin_summary(log, t_cs);
            if (result < 0) {
                return result;
            }
        }
        log->undo = *pack;
        /* An empty page takes any record. */
        if (t_cs - s->commit.t_cs <= PL_RECORD_TIME_MAX &&
            pl_pack_add(pack, pl_log_room(log, PL_STREAM_SUMMARY), type, version, t_cs, body, length)) {
            return 0;
        }
        *pack = log->undo;
        int32_t result = commit_summary(log);
        if (result < 0) {
            return result;
        }
    }
}

/* Keeps the unfinished page, as it is now, for the checkpoints. */
static int32_t set_tail(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    pl_log_tail *tail = &log->tail;
    uint32_t header = s->page == 0 ? s->header : 0;
    pl_commit commit = s->commit;
    memcpy(tail->image, pl_log_header(s), header);
    commit.length =
        (uint16_t)pl_pack_finish(&log->pack, tail->image + header + PL_COMMIT_HEADER);
    pl_commit_write_header(tail->image + header, &commit);
    tail->begins = s->page == 0;
    tail->sequence = log->state.next[PL_STREAM_SUMMARY] - (s->page == 0 ? 0 : 1u);
    tail->length = header + PL_COMMIT_HEADER + commit.length;
    tail->seal = PL_SEAL_NONE;
    if (log->seal != NULL) {
        tail->seal = PL_SEAL_GCM;
        tail->length += PL_SEAL_EXTRA;
        return pl_log_seal(log, PL_STREAM_SUMMARY, tail->image);
    }
    return 0;
}

/* A page with less room than this is as good as full. */
#define ROOM_MIN 16u

int32_t pl_log_flush(pl_log *log) {
    if (log->pack.records == log->flushed) {
        return 0;
    }
    if (log->failed) {
        return PL_ELOG_FLASH;
    }
    uint32_t used = (uint32_t)(log->pack.range.next - log->pack.out);
    if (used + ROOM_MIN > pl_log_room(log, PL_STREAM_SUMMARY)) {
        return commit_summary(log);
    }
    int32_t result = set_tail(log);
    if (result < 0) {
        log->tail.length = 0;
        return result;
    }
    result = pl_log_checkpoint(log);
    if (result == 0) {
        log->flushed = log->pack.records;
    }
    return result;
}

/* The raw record's header (long form) and the index of its first sample. */
#define RAW_HEAD (PL_RECORD_HEADER + 2u + 4u)

static int32_t begin_raw(pl_log *log, uint32_t t_cs, uint32_t index) {
    pl_log_stream *s = &log->stream[PL_STREAM_RAW];
    int warm = log->encoder.capacity != 0 && log->raw_index == index;
    int32_t result = pl_log_begin(log, PL_STREAM_RAW, log->boot, t_cs);
    if (result < 0) {
        return result;
    }
    s->used = RAW_HEAD;
    pl_put32(pl_log_payload(s) + RAW_HEAD - 4u, index);
    uint8_t *block = pl_log_payload(s) + RAW_HEAD;
    uint32_t capacity = pl_log_room(log, PL_STREAM_RAW) - RAW_HEAD;
    if (warm) {
        pl_raw_again(&log->encoder, block, capacity);
    } else {
        pl_raw_begin(&log->encoder, block, capacity);
    }
    log->raw_index = index;
    return 0;
}

int32_t pl_log_raw_flush(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_RAW];
    if (log->failed) {
        return PL_ELOG_FLASH;
    }
    if (s->used == 0) {
        return 0;
    }
    uint32_t length = 4u + pl_raw_end(&log->encoder);
    uint8_t *record = pl_log_payload(s);
    /* The block already stands in its place: write only the header in front of it. */
    record[0] = PL_RECORD_RAW;
    record[1] = PL_RAW_VERSION << 5 | PL_RECORD_LONG;
    memset(record + 2, 0, 3);
    pl_put16(record + PL_RECORD_HEADER, length);
    s->used = PL_RECORD_HEADER + 2u + length;
    int32_t result = pl_log_commit_sealed(log, PL_STREAM_RAW);
    pl_log_leave(s);
    if (result < 0) {
        s->used = 0; /* these samples are lost, and the caller has been told */
    }
    return result;
}

/* Adds the samples of one chunk from *done on, as many as fit; 1 if all of them did. */
static int32_t add_pieces(pl_log *log, const int16_t *samples[2], const uint32_t n[2],
                          uint32_t done[2]) {
    uint32_t take[2];
    uint32_t parts = 1;
    for (;;) {
        uint32_t left = n[0] - done[0] + n[1] - done[1];
        while ((left + parts - 1u) / parts > PL_RAW_PIECE - 1u) {
            parts *= 2u;
        }
        take[0] = (n[0] - done[0]) / parts;
        take[1] = (n[1] - done[1]) / parts;
        int more = take[0] + take[1] < left;
        if (more && take[0] + take[1] < 2u) {
            return 0; /* not worth a piece */
        }
        int32_t result = pl_raw_add(&log->encoder, samples[0] + done[0] * PL_RAW_AXES, take[0],
                                    samples[1] + done[1] * PL_RAW_AXES, take[1], more);
        if (result == PL_RAW_OK) {
            done[0] += take[0];
            done[1] += take[1];
            if (!more) {
                return 1;
            }
        } else {
            parts *= 2u;
        }
    }
}

int32_t pl_log_raw(pl_log *log, uint32_t t_cs, uint32_t index, const int16_t *s, uint32_t n_s,
                   const int16_t *l, uint32_t n_l) {
    pl_log_stream *raw = &log->stream[PL_STREAM_RAW];
    const int16_t *samples[2] = {s, l};
    uint32_t n[2] = {n_s, n_l};
    uint32_t done[2] = {0, 0};
    if (log->failed) {
        return PL_ELOG_FLASH;
    }
    if (n_s > 255u || n_l > 255u || (raw->used > 0 && t_cs < raw->commit.t_cs)) {
        return PL_ELOG_ARGUMENT;
    }
    if (raw->used > 0 && index != log->raw_index) {
        int32_t result = pl_log_raw_flush(log);
        if (result < 0) {
            return result;
        }
    }
    if (raw->used == 0) {
        if (!pl_log_has_room(log, PL_STREAM_RAW)) {
            return PL_ELOG_FULL;
        }
        int32_t result = begin_raw(log, t_cs, index);
        if (result < 0) {
            return result;
        }
    }
    while (!add_pieces(log, samples, n, done)) {
        uint32_t lead = n_s > 0 ? done[0] : done[1];
        int32_t result = pl_log_raw_flush(log);
        log->raw_index = index + lead;
        result = result < 0 ? result : begin_raw(log, t_cs, index + lead);
        if (result < 0) {
            return result;
        }
    }
    log->raw_index = index + (n_s > 0 ? n_s : n_l);
    return 0;
}

int32_t pl_log_close(pl_log *log) {
    pl_log_stream *s = &log->stream[PL_STREAM_SUMMARY];
    int32_t result = pl_log_raw_flush(log);
    int32_t committed = log->failed ? PL_ELOG_FLASH : commit_summary(log);
    if (committed < 0) {
        return committed;
    }
    if (s->sector != PL_LOG_NOWHERE) {
        pl_log_leave(s);
        log->state.closed = log->state.next[PL_STREAM_SUMMARY];
        committed = pl_log_checkpoint(log);
    }
    return committed < 0 ? committed : result;
}

int32_t pl_log_acknowledge(pl_log *log, uint32_t stream, uint32_t sequence) {
    if (stream >= PL_STREAMS || log->failed) {
        return log->failed ? PL_ELOG_FLASH : PL_ELOG_ARGUMENT;
    }
    uint32_t end = log->state.next[stream];
    if (log->stream[stream].sector != PL_LOG_NOWHERE) {
        end--; /* the open one */
    }
    sequence = sequence < end ? sequence : end;
    if (sequence <= log->state.acked[stream]) {
        return 0;
    }
    uint32_t before = log->state.acked[stream];
    log->state.acked[stream] = sequence;
    int32_t result = pl_log_checkpoint(log);
    if (result < 0) {
        log->state.acked[stream] = before;
    }
    return result;
}

/* Sector of the stream's oldest segment at or above `sequence`, which is mostly the one of that
   number; of those that share it, as noise may, the first one. */
static uint32_t find_sector(const pl_log *log, uint32_t stream, uint32_t sequence) {
    if (sequence <= PL_LOG_SEQUENCE_MAX) {
        const uint32_t wanted = pl_log_entry(stream, sequence);
        for (uint32_t i = PL_LOG_CHECKPOINT_SECTORS; i < log->sectors; i++) {
            if (log->table[i] == wanted) {
                return i;
            }
        }
    }
    return pl_log_oldest(log, stream, sequence);
}

int32_t pl_log_find(pl_log *log, uint32_t stream, uint32_t sequence, pl_log_segment *out) {
    if (stream >= PL_STREAMS) {
        return PL_ELOG_ARGUMENT;
    }
    uint32_t sector = find_sector(log, stream, sequence);
    if (sector == PL_LOG_NOWHERE) {
        return PL_ELOG_NONE;
    }
    uint32_t page = PL_PAGES;
    while (page > 1) {
        uint32_t offset = sector * PL_SECTOR + (page - 1u) * PL_PAGE;
        int32_t blank = pl_flash_blank(log->flash, offset, PL_PAGE);
        if (blank < 0) {
            return PL_ELOG_FLASH;
        }
        if (!blank) {
            break;
        }
        page--;
    }
    out->stream = stream;
    out->sequence = pl_log_entry_sequence(log->table[sector]);
    out->sector = sector;
    out->length = page * PL_PAGE;
    out->acked = out->sequence < log->state.acked[stream];
    out->open = sector == log->stream[stream].sector;
    return 0;
}

int32_t pl_log_read(pl_log *log, const pl_log_segment *segment, uint32_t offset, uint8_t *out,
                    uint32_t length) {
    uint32_t entry = pl_log_entry(segment->stream, segment->sequence);
    if (segment->sector >= log->sectors || log->table[segment->sector] != entry) {
        return PL_ELOG_NONE;
    }
    if (offset > segment->length) {
        return PL_ELOG_ARGUMENT;
    }
    uint32_t left = segment->length - offset;
    uint32_t n = length < left ? length : left;
    uint32_t at = segment->sector * PL_SECTOR + offset;
    return log->flash->read(log->flash->context, at, out, n) < 0 ? PL_ELOG_FLASH : (int32_t)n;
}

int32_t pl_log_wipe(pl_log *log) {
    if (log->failed) {
        return PL_ELOG_FLASH;
    }
    pl_log_leave(&log->stream[PL_STREAM_SUMMARY]);
    log->pack.records = 0;
    log->flushed = 0;
    log->tail.length = 0;
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        log->stream[i].used = 0;
        log->state.first[i] = log->state.next[i];
        log->state.acked[i] = log->state.next[i];
    }
    log->state.closed = log->state.next[PL_STREAM_SUMMARY];
    /* First the decision, in a sector of its own, then the erasing: a cut leaves an empty log. */
    log->checkpoint_page = PL_PAGES;
    if (pl_log_checkpoint(log) < 0) {
        return PL_ELOG_FLASH;
    }
    for (uint32_t sector = 0; sector < log->sectors; sector++) {
        uint32_t offset = sector * PL_SECTOR;
        if (sector == log->checkpoint_sector) {
            continue;
        }
        log->table[sector] = PL_LOG_FREE;
        int32_t blank = pl_flash_blank(log->flash, offset, PL_SECTOR);
        if (blank < 0 || (!blank && pl_flash_erase(log->flash, offset) == PL_EFLASH_DEVICE)) {
            return pl_log_fail(log);
        }
        log->state.erases += !blank;
    }
    return 0;
}
