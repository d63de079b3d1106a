/*
 * A segment made of the input: bytes as they come, with the CRC of the header, and of the commits
 * whose first byte asks for it, put right, so that what lies behind is reached.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_crc.h"
#include "pl_pack.h"
#include "pl_raw.h"
#include "pl_segment.h"

static void put32(uint8_t *p, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        p[i] = (uint8_t)(value >> (8u * i));
    }
}

static void read_block(const pl_record *record) {
    static int16_t s[PL_RAW_PIECE * PL_RAW_AXES], l[PL_RAW_PIECE * PL_RAW_AXES];
    static pl_raw_decoder decoder;
    uint32_t n_s, n_l;
    int more;
    if (record->length < 4u ||
        pl_raw_open(&decoder, record->body + 4, record->length - 4u) != PL_RAW_OK) {
        return;
    }
    while (pl_raw_next(&decoder, s, &n_s, l, &n_l, &more) == PL_RAW_OK) {
        REQUIRE(n_s + n_l <= PL_RAW_PIECE);
    }
}

static void read_records(const uint8_t *payload, const pl_commit *commit) {
    static uint8_t plain[PL_PACK_PLAIN_MAX];
    uint32_t pos = 0;
    uint32_t length = commit->length;
    pl_record record;
    int32_t result;
    if (commit->flags & PL_COMMIT_PACKED) {
        static pl_pack_model model;
        if (!(commit->flags & PL_COMMIT_GOES_ON)) {
            memset(&model, 0, sizeof model);
        }
        result = pl_unpack(&model, commit->t_cs, payload, length, plain, sizeof plain);
        if (result < 0) {
            return;
        }
        payload = plain;
        length = (uint32_t)result;
    }
    while ((result = pl_record_read(payload, length, commit->t_cs, &pos, &record)) == 1) {
        REQUIRE(pos <= length);
        REQUIRE(record.body + record.length <= payload + length);
        uint8_t again[4096];
        uint32_t n = pl_record_write(again, record.type, record.version,
                                     record.t_cs - commit->t_cs, record.body, record.length);
        /* The long form is also good for short bodies. */
        REQUIRE(n == pl_record_size(record.length) && n <= pos);
        if (record.type == PL_RECORD_RAW) {
            read_block(&record);
        }
    }
    REQUIRE(result == 0 || result == PL_ESEGMENT_RECORD);
}

/* Puts the CRCs right that the input asks for. */
static void repair(uint8_t *segment, uint32_t size, uint32_t which) {
    if (size < PL_SEGMENT_HEADER) {
        return;
    }
    memcpy(segment, "PLSG", 4);
    uint32_t header = segment[5];
    if (header < 16u || header > size) {
        return;
    }
    uint32_t crc = pl_crc32(0, segment, header - 4u);
    put32(segment + header - 4u, crc);
    for (uint32_t at = header; at + PL_COMMIT_OVERHEAD <= size;
         at = (at + PL_PAGE) / PL_PAGE * PL_PAGE, which = which >> 1 | which << 31) {
        uint32_t length = (uint32_t)segment[at] | (uint32_t)segment[at + 1u] << 8;
        if ((which & 1u) && length <= size - at - PL_COMMIT_OVERHEAD) {
            uint32_t body = PL_COMMIT_HEADER + length;
            put32(segment + at + body, pl_crc32(crc, segment + at, body));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t segment[PL_SECTOR];
    fuzz_input in = {data, size};
    uint32_t which = fuzz_word(&in);
    uint32_t length = in.left < PL_SECTOR ? (uint32_t)in.left : PL_SECTOR;
    memcpy(segment, in.data, length);
    if (which & 0x10000u) {
        repair(segment, length, which);
    }
    pl_segment_header header;
    int32_t result = pl_segment_read_header(segment, length, &header);
    REQUIRE(result <= 0 && result >= PL_ESEGMENT_VERSION);
    if (result != PL_SEGMENT_OK) {
        return 0;
    }
    REQUIRE(header.size <= length && header.stream < PL_STREAMS);
    uint32_t commits = 0;
    for (uint32_t at = header.size; at < length;) {
        pl_commit commit;
        result = pl_commit_read(segment, length, at, &header, &commit);
        REQUIRE(commit.next > at && commit.next % PL_PAGE == 0);
        REQUIRE(++commits <= PL_PAGES);
        if (result == PL_SEGMENT_OK) {
            REQUIRE(commit.payload + commit.length + PL_COMMIT_CRC <= length);
            read_records(segment + commit.payload, &commit);
        }
        at = commit.next;
    }
    return 0;
}
