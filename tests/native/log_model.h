/*
 * For log_cuts.c: the log under test on its flash, the plain list of what must be in it, and the
 * reading that holds one against the other.
 */
#ifndef LOG_MODEL_H
#define LOG_MODEL_H

#include "pl_log.h"
#include "sim_flash.h"
#include "toy_seal.h"

enum { MODE_FILL = 1, MODE_SEAL = 2, MODE_FULL = 4 };

#define RECORD_TYPE 40u
#define RAW_N 20u

static uint8_t summary_buffer[PL_LOG_SUMMARY_BUFFER];
static uint8_t raw_buffer[PL_LOG_RAW_BUFFER];
static uint32_t table[SIM_SECTORS_MAX];
static pl_log the_log;
static int mode;
static sim_flash sim;
static const pl_flash flash = {sim_read, sim_program, sim_erase, &sim};

/* What should be there.  Records and raw chunks are numbered from 1. */
static struct {
    uint32_t appended, flushed; /* summary records */
    uint32_t chunks, safe;      /* raw chunks; those in complete segments at the last look */
    uint32_t acked[PL_STREAMS]; /* as the log confirmed */
    uint32_t asked[PL_STREAMS]; /* as was asked for */
    uint32_t t_cs;
} model;

static char where_are_we[120] = "at the start";

static uint64_t cuts, recovery_cuts, mounts, checked, full, moved;

static void fault(const char *what, uint32_t a, uint32_t b) {
    printf("FAULT: %s (%u, %u); %s\n", what, a, b, where_are_we);
    exit(1);
}

static void record_body(uint32_t id, uint8_t *body, uint32_t *length) {
    *length = 4u + id * 29u % 117u;
    for (uint32_t i = 0; i < *length; i++) {
        /* Its number, then what cannot be packed. */
        body[i] = (uint8_t)(i < 4u ? id >> (8u * i) : (id + i) * 2654435761u >> 24);
    }
}

static void chunk_samples(uint32_t id, int16_t *s) {
    for (uint32_t i = 0; i < RAW_N * PL_RAW_AXES; i++) {
        s[i] = (int16_t)(id * 3u + (i * 2654435761u * (id + 1u) >> 24));
    }
}

/* What is found on flash: first and last number of each kind; they must be in order and whole. */
typedef struct {
    uint32_t first, last;
} seen;

static void see(seen *s, uint32_t id) {
    if (s->first == 0) {
        s->first = id;
    } else if (id != s->last + 1u) {
        fault("a record is missing, doubled or out of order", s->last, id);
    }
    s->last = id;
}

static void check_record(const pl_record *record, seen *s) {
    uint8_t body[PL_LOG_BODY_MAX];
    uint32_t length;
    uint32_t id = record->length >= 4u ? (uint32_t)record->body[0] | record->body[1] << 8 |
                                             record->body[2] << 16 | record->body[3] << 24
                                       : 0;
    record_body(id, body, &length);
    if (record->type != RECORD_TYPE || record->length != length ||
        memcmp(record->body, body, length) != 0) {
        fault("a record is damaged", id, record->length);
    }
    see(s, id);
    checked++;
}

static void check_block(const pl_record *record, seen *s) {
    static int16_t got[2][PL_RAW_PIECE * PL_RAW_AXES], whole[512 * PL_RAW_AXES], want[RAW_N * 6u];
    static uint32_t have; /* of a chunk that began in the segment before */
    static uint32_t next; /* index of its next sample */
    static pl_raw_decoder decoder;
    uint32_t n_s, n_l;
    int more;
    int32_t result;
    if (pl_get32(record->body) != next) {
        have = 0; /* the power went between them */
    }
    next = pl_get32(record->body);
    if (pl_raw_open(&decoder, record->body + 4, record->length - 4u) != PL_RAW_OK) {
        fault("a raw block cannot be opened", 0, 0);
    }
    while ((result = pl_raw_next(&decoder, got[0], &n_s, got[1], &n_l, &more)) == PL_RAW_OK) {
        memcpy(whole + have * PL_RAW_AXES, got[0], n_s * PL_RAW_AXES * 2u);
        have += n_s;
        next += n_s;
        if (more) {
            continue;
        }
        if (have == RAW_N) { /* else its beginning was given up */
            uint32_t id = s->last + 1u;
            if (s->first == 0) {
                /* The first one: find out which it is. */
                for (id = 1; id <= model.chunks; id++) {
                    chunk_samples(id, want);
                    if (memcmp(want, whole, sizeof want) == 0) {
                        break;
                    }
                }
            }
            chunk_samples(id, want);
            if (memcmp(want, whole, sizeof want) != 0) {
                fault("raw samples are damaged or missing", id, model.chunks);
            }
            see(s, id);
            checked++;
        } else if (s->first != 0) {
            fault("a chunk is not whole", have, s->last);
        }
        have = 0;
    }
    if (result != PL_ERAW_END) {
        fault("a raw block is damaged", (uint32_t)-result, 0);
    }
}

static void read_segment(const pl_log_segment *where, seen *s) {
    static uint8_t bytes[PL_SECTOR];
    pl_segment_header header;
    pl_commit commit;
    if (pl_log_read(&the_log, where, 0, bytes, PL_SECTOR) != (int32_t)where->length ||
        pl_segment_read_header(bytes, where->length, &header) != PL_SEGMENT_OK) {
        fault("a segment that was found cannot be read", where->sequence, 0);
    }
    if (header.sequence != where->sequence || header.stream != where->stream) {
        fault("a segment is not the one asked for", header.sequence, where->sequence);
    }
    if ((header.seal == PL_SEAL_GCM) != ((mode & MODE_SEAL) != 0)) {
        fault("a segment has the wrong seal", header.seal, where->sequence);
    }
    moved += header.origin != 0;
    uint32_t number = 0;
    for (uint32_t at = header.size; at < where->length; at = commit.next) {
        int32_t result = pl_commit_read(bytes, where->length, at, &header, &commit);
        if (result != PL_SEGMENT_OK) {
            continue;
        }
        if (commit.number != number++) {
            fault("a commit is missing", commit.number, number);
        }
        pl_record record;
        uint32_t pos = 0;
        int32_t status;
        uint8_t *plain = bytes + commit.payload;
        uint32_t length = commit.length;
        if (header.seal != PL_SEAL_NONE) {
            int32_t opened = toy_open(bytes, plain - PL_COMMIT_HEADER, plain, length);
            if (opened < 0) {
                fault("a commit cannot be opened", where->sequence, commit.number);
            }
            length = (uint32_t)opened;
        }
        if (commit.flags & PL_COMMIT_PACKED) {
            static uint8_t unpacked[PL_PACK_PLAIN_MAX];
            static pl_pack_model model;
            if (!(commit.flags & PL_COMMIT_GOES_ON)) {
                memset(&model, 0, sizeof model);
            }
            int32_t n = pl_unpack(&model, commit.t_cs, plain, length, unpacked, sizeof unpacked);
            if (n < 0) {
                fault("a commit cannot be unpacked", commit.number, length);
            }
            plain = unpacked;
            length = (uint32_t)n;
        }
        while ((status = pl_record_read(plain, length, commit.t_cs, &pos, &record)) == 1) {
            if (record.type == PL_RECORD_RAW) {
                check_block(&record, s);
            } else {
                check_record(&record, s);
            }
        }
        if (status != 0) {
            fault("a record does not fit its commit", pos, length);
        }
    }
}

/* Reads all segments of a stream. */
static seen read_stream(uint32_t stream) {
    seen found = {0, 0};
    uint32_t sequence = 0;
    pl_log_segment where;
    while (pl_log_find(&the_log, stream, sequence, &where) == 0) {
        if (where.sequence < the_log.state.first[stream]) {
            fault("a segment that was given up is back", where.sequence, stream);
        }
        read_segment(&where, &found);
        sequence = where.sequence + 1u;
    }
    return found;
}

/* Reads the whole log and holds it against the model. */
static void check(void) {
    seen found[PL_STREAMS];
    pl_log_status status;
    pl_log_get_status(&the_log, &status);
    for (uint32_t stream = 0; stream < PL_STREAMS; stream++) {
        found[stream] = read_stream(stream);
        uint32_t acked = the_log.state.acked[stream];
        if (acked < model.acked[stream] || acked > model.asked[stream]) {
            fault("an acknowledgement was lost or made up", acked, model.acked[stream]);
        }
    }
    const seen *records = &found[PL_STREAM_SUMMARY];
    if (records->last > model.appended) {
        fault("a record was made up", records->last, model.appended);
    }
    if (model.flushed > 0 && records->last < model.flushed && status.summary > 0) {
        fault("a flushed record is gone", records->last, model.flushed);
    }
    if (status.lost[PL_STREAM_SUMMARY] == 0 && status.summary == 0 && model.flushed > 0 &&
        model.acked[PL_STREAM_SUMMARY] == 0) {
        fault("all records are gone", model.flushed, 0);
    }
    if (status.lost[PL_STREAM_SUMMARY] == 0 && the_log.state.first[0] == 0 &&
        model.flushed > 0 && records->first != 1) {
        fault("the first record is gone", records->first, 1);
    }
    const seen *chunks = &found[PL_STREAM_RAW];
    if (chunks->last > model.chunks ||
        (status.raw > 1 && model.safe > 0 && chunks->last < model.safe)) {
        fault("safe raw samples are gone", chunks->last, model.safe);
    }
}

#endif
