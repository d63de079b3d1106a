/*
 * A partition made of the input (checkpoints, segments and noise, their CRCs put right where the
 * input asks for it), then a script of calls with power cuts.  Whatever was there: the log
 * mounts, takes a record, and has it after the next mount.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_crc.h"
#include "pl_log.h"
#include "pl_params.h"
#include "sim_flash.h"
/* Millions of runs would fill the notes of what was sealed. */
#define TOY_NO_NOTES
#include "toy_seal.h"

#define SECTORS 10u
#define PROOF 77u /* type of the record that must survive */

static sim_flash sim;
static const pl_flash flash = {sim_read, sim_program, sim_erase, &sim};
static uint32_t table[SECTORS];
static uint8_t summary[PL_LOG_SUMMARY_BUFFER], raw[PL_LOG_RAW_BUFFER];
static pl_log the_log;
static int16_t samples[255 * PL_RAW_AXES];
static int sealed; /* the last bit of the input */

static void put32(uint8_t *p, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        p[i] = (uint8_t)(value >> (8u * i));
    }
}

static void plant_checkpoint(fuzz_input *in, uint8_t *page) {
    memset(page, 0, PL_PAGE);
    memcpy(page, "PLCP\x10", 5);
    page[6] = (uint8_t)(fuzz_byte(in) % 253u);
    page[5] = sealed && page[6] % 2u ? PL_SEAL_GCM : PL_SEAL_NONE;
    page[7] = fuzz_byte(in) & 1u;
    /* Small numbers: they must meet those of the segments. */
    for (uint32_t at = 8; at < 60u; at += 4u) {
        put32(page + at, fuzz_byte(in) & 0x80u ? fuzz_word(in) & 0xFFFFFFu : fuzz_byte(in) % 6u);
    }
    uint32_t here = page[6] < 188u ? page[6] : 188u;
    fuzz_bytes(in, page + 64, here);
    if (page[6] > here && fuzz_byte(in) % 2u) {
        /* What stands in the page before becomes the rest of the tail. */
        uint8_t *rest = page - PL_PAGE;
        memcpy(rest, "PLCT", 4);
        memcpy(rest + 4, page + 8, 4);
        put32(page + 60, pl_crc32(0, rest + 8, page[6] - here));
    }
    if (page[7]) {
        memcpy(page + 64, "PLSG\x10\x48\0\0", 8);
        put32(page + 64 + 68, pl_crc32(0, page + 64, 68));
    }
    put32(page + 252, pl_crc32(0, page, 252));
}

static void plant_segment(fuzz_input *in, uint8_t *sector) {
    pl_segment_header header;
    memset(&header, 0, sizeof header);
    header.stream = fuzz_byte(in) & 1u;
    header.sequence = fuzz_byte(in) % 6u;
    header.boot = fuzz_byte(in);
    header.seal = sealed && header.boot % 2u ? PL_SEAL_GCM : PL_SEAL_NONE;
    header.origin = header.boot % 8u == 1u ? header.sequence : 0;
    memset(sector, 0xFF, PL_SECTOR);
    pl_segment_write_header(sector, &header);
    uint32_t at = header.size;
    for (uint32_t commits = fuzz_byte(in) % 17u; commits > 0 && at < PL_SECTOR; commits--) {
        uint32_t kind = fuzz_byte(in);
        uint32_t room = PL_SECTOR - at - PL_COMMIT_OVERHEAD;
        pl_commit commit = {.number = (uint8_t)(fuzz_byte(in) % 5u), .boot = fuzz_byte(in)};
        commit.flags = (uint8_t)(kind >> 6);
        commit.length = (uint16_t)(fuzz_byte(in) % (room < 600u ? room + 1u : 600u));
        fuzz_bytes(in, sector + at + PL_COMMIT_HEADER, commit.length);
        uint32_t length = pl_commit_write(sector + at, &commit, header.crc + (kind % 4u == 3u));
        at = (at + length + PL_PAGE - 1u) / PL_PAGE * PL_PAGE;
    }
}

static void plant(fuzz_input *in) {
    sim_init(&sim, SECTORS);
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        uint8_t *bytes = sim.bytes + sector * PL_SECTOR;
        uint32_t kind = fuzz_byte(in) % 4u;
        if (kind == 1u && sector < PL_LOG_CHECKPOINT_SECTORS) {
            for (uint32_t pages = fuzz_byte(in) % 17u, i = 1; i < pages; i += 1u + (i & 2u)) {
                plant_checkpoint(in, bytes + i * PL_PAGE);
            }
        } else if (kind == 1u || kind == 2u) {
            plant_segment(in, bytes);
        } else if (kind == 3u) {
            fuzz_bytes(in, bytes + fuzz_byte(in) * 8u, fuzz_byte(in));
        }
    }
}

static int32_t mount(void) {
    static const pl_log_identity identity = {.serial = "FUZZ"};
    toy_boot();
    return pl_log_mount(&the_log, &flash, SECTORS, table, summary, raw, &identity,
                        sealed ? &toy_callbacks : NULL);
}

/* Counts the proofs with this number in the whole log. */
static uint32_t count_proofs(uint32_t number) {
    uint32_t found = 0;
    pl_log_segment where;
    for (uint32_t sequence = 0;
         pl_log_find(&the_log, PL_STREAM_SUMMARY, sequence, &where) == 0 &&
         where.sequence >= sequence && where.sequence < 0x7FFFFFF0u;
         sequence = where.sequence + 1u) {
        static uint8_t bytes[PL_SECTOR];
        int32_t n = pl_log_read(&the_log, &where, 0, bytes, sizeof bytes);
        REQUIRE(n == (int32_t)where.length);
        pl_segment_header header;
        pl_commit commit;
        if (pl_segment_read_header(bytes, where.length, &header) != PL_SEGMENT_OK) {
            continue;
        }
        for (uint32_t at = header.size; at < where.length; at = commit.next) {
            if (pl_commit_read(bytes, where.length, at, &header, &commit) != PL_SEGMENT_OK) {
                continue;
            }
            static uint8_t plain[PL_PACK_PLAIN_MAX];
            int32_t length = 0, opened = commit.length;
            uint8_t *payload = bytes + commit.payload;
            if (header.seal == PL_SEAL_GCM) {
                opened = toy_open(bytes, payload - PL_COMMIT_HEADER, payload, commit.length);
                if (opened < 0) {
                    continue; /* made up by the input */
                }
            }
            static pl_pack_model model;
            if (!(commit.flags & PL_COMMIT_GOES_ON)) {
                memset(&model, 0, sizeof model);
            }
            if (commit.flags & PL_COMMIT_PACKED) {
                length = pl_unpack(&model, commit.t_cs, payload, (uint32_t)opened, plain,
                                   sizeof plain);
            }
            pl_record record;
            for (uint32_t pos = 0;
                 length > 0 && pl_record_read(plain, (uint32_t)length, commit.t_cs, &pos,
                                              &record) == 1;) {
                found += record.type == PROOF && record.length == 1u &&
                         record.body[0] == (uint8_t)number;
            }
        }
    }
    return found;
}

static void call(fuzz_input *in, uint32_t what, uint32_t *t_cs, uint32_t *index) {
    uint8_t body[PL_LOG_BODY_MAX];
    uint32_t n;
    switch (what % 8u) {
        case 0:
        case 1:
            n = fuzz_byte(in) % (PL_LOG_BODY_MAX + 1u);
            fuzz_bytes(in, body, n);
            *t_cs += fuzz_byte(in) * 1000u;
            pl_log_append(&the_log, 1, what & 7u, *t_cs, body, n);
            break;
        case 2:
            pl_log_flush(&the_log);
            break;
        case 3:
            n = fuzz_byte(in);
            for (uint32_t i = 0; i < n * PL_RAW_AXES; i++) {
                samples[i] = (int16_t)(samples[i] * 5 + (int32_t)fuzz_byte(in));
            }
            pl_log_raw(&the_log, *t_cs, *index, samples, n, samples, n / 2u);
            *index += n + (what >> 7);
            break;
        case 4:
            pl_log_close(&the_log);
            break;
        case 5:
            pl_log_acknowledge(&the_log, fuzz_byte(in) & 1u, fuzz_byte(in) % 8u);
            break;
        case 6:
            sim_arm(&sim, fuzz_byte(in) % 20u, (enum nor_tear)(fuzz_byte(in) % NOR_ANY),
                    fuzz_byte(in));
            break;
        default:
            sim_disarm(&sim);
            REQUIRE(mount() == 0);
            *t_cs = 0;
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    uint32_t t_cs = 0, index = 0;
    sealed = size > 0 && data[size - 1u] & 1u;
    /* Nothing of the run before but what memory happens to hold: what fails must fail again. */
    memset(samples, 0, sizeof samples);
    toy_boots = 0;
    plant(&in);
    REQUIRE(mount() == 0);
    for (uint32_t calls = 0; calls < 60u && in.left > 0; calls++) {
        call(&in, fuzz_byte(&in), &t_cs, &index);
    }
    sim_disarm(&sim);
    REQUIRE(mount() == 0);
    uint8_t number = 0;
    while (count_proofs(number) > 0 && number < 255u) {
        number++;
    }
    if (number < 255u) {
        REQUIRE(pl_log_append(&the_log, PROOF, 1, 0, &number, 1) == 0);
        REQUIRE(pl_log_flush(&the_log) == 0 && mount() == 0);
        REQUIRE(count_proofs(number) == 1);
    }
    return 0;
}
