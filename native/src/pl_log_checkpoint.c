/* Checkpoints: one page each, in a ring of PL_LOG_CHECKPOINT_SECTORS sectors; the newest counts. */
#include <string.h>

#include "pl_bytes.h"
#include "pl_crc.h"
#include "pl_log_internal.h"

/* "PLCP" */
#define MAGIC 0x50434C50u
#define VERSION 0x10u
#define TAIL_AT 64u
#define CRC_AT (PL_PAGE - 4u)
/* Of a longer tail the rest stands in the page before: "PLCT", the counter, the bytes. */
#define TAIL_HERE (CRC_AT - TAIL_AT)
#define REST_MAGIC 0x54434C50u
#define REST_AT 8u

static uint32_t rest_of(const pl_log_tail *tail) {
    return tail->length > TAIL_HERE ? tail->length - TAIL_HERE : 0;
}

static void encode_rest(const pl_log *log, uint8_t *page) {
    memset(page, 0, PL_PAGE);
    pl_put32(page, REST_MAGIC);
    pl_put32(page + 4, log->state.counter);
    memcpy(page + REST_AT, log->tail.image + TAIL_HERE, rest_of(&log->tail));
}

static void encode(const pl_log *log, uint8_t *page) {
    const pl_log_state *state = &log->state;
    const pl_log_tail *tail = &log->tail;
    uint32_t rest = rest_of(tail);
    memset(page, 0, PL_PAGE);
    pl_put32(page, MAGIC);
    page[4] = VERSION;
    page[5] = (uint8_t)tail->seal;
    page[6] = (uint8_t)tail->length;
    page[7] = (uint8_t)tail->begins;
    pl_put32(page + 8, state->counter);
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        pl_put32(page + 12 + 4 * i, state->first[i]);
        pl_put32(page + 20 + 4 * i, state->acked[i]);
        pl_put32(page + 28 + 4 * i, state->lost[i]);
        pl_put32(page + 36 + 4 * i, state->next[i]);
    }
    pl_put32(page + 44, state->closed);
    pl_put32(page + 48, state->erases);
    pl_put32(page + 52, state->cursor);
    pl_put32(page + 56, tail->sequence);
    pl_put32(page + 60, pl_crc32(0, tail->image + TAIL_HERE, rest));
    memcpy(page + TAIL_AT, tail->image, tail->length - rest);
    pl_put32(page + CRC_AT, pl_crc32(0, page, CRC_AT));
}

/* 1 if the page is a sound checkpoint of this format, as far as it goes. */
static int is_checkpoint(const uint8_t *page) {
    return pl_get32(page) == MAGIC && !((page[4] ^ VERSION) & 0xF0u) &&
           page[6] <= PL_LOG_TAIL_MAX && pl_get32(page + CRC_AT) == pl_crc32(0, page, CRC_AT);
}

/* Takes a checkpoint over; `rest` is the page before it. */
static void decode(const uint8_t *page, const uint8_t *rest, pl_log_state *state,
                   pl_log_tail *tail) {
    state->counter = pl_get32(page + 8);
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        state->first[i] = pl_get32(page + 12 + 4 * i);
        state->acked[i] = pl_get32(page + 20 + 4 * i);
        state->lost[i] = pl_get32(page + 28 + 4 * i);
        state->next[i] = pl_get32(page + 36 + 4 * i);
    }
    state->closed = pl_get32(page + 44);
    state->erases = pl_get32(page + 48);
    state->cursor = pl_get32(page + 52);
    tail->sequence = pl_get32(page + 56);
    tail->seal = page[5];
    tail->length = page[6];
    tail->begins = page[7] & 1u;
    memcpy(tail->image, page + TAIL_AT, tail->length - rest_of(tail));
    memcpy(tail->image + TAIL_HERE, rest + REST_AT, rest_of(tail));
}

/* 1 if the page before a checkpoint holds the rest of its tail, where there is one. */
static int is_rest(const uint8_t *page, const uint8_t *rest) {
    uint32_t length = page[6] > TAIL_HERE ? page[6] - TAIL_HERE : 0;
    return length == 0 ||
           (pl_get32(rest) == REST_MAGIC && pl_get32(rest + 4) == pl_get32(page + 8) &&
            pl_crc32(0, rest + REST_AT, length) == pl_get32(page + 60));
}

static uint32_t page_offset(uint32_t sector, uint32_t page) {
    return sector * PL_SECTOR + page * PL_PAGE;
}

/* Goes to the next checkpoint sector and makes it blank. */
static int32_t next_sector(pl_log *log) {
    for (uint32_t i = 0; i < PL_LOG_CHECKPOINT_SECTORS - 1u; i++) {
        log->checkpoint_sector = (log->checkpoint_sector + 1u) % PL_LOG_CHECKPOINT_SECTORS;
        int32_t result = pl_flash_erase(log->flash, page_offset(log->checkpoint_sector, 0));
        log->state.erases++;
        if (result != PL_EFLASH_VERIFY) {
            log->checkpoint_page = 0;
            return result;
        }
        log->faults++;
    }
    return PL_EFLASH_VERIFY;
}

/* Programs the scratch page at the next place. */
static int32_t put_page(pl_log *log) {
    uint32_t offset = page_offset(log->checkpoint_sector, log->checkpoint_page++);
    int32_t result = pl_flash_program(log->flash, offset, log->page);
    log->faults += result == PL_EFLASH_VERIFY;
    return result;
}

int32_t pl_log_checkpoint(pl_log *log) {
    uint32_t pages = rest_of(&log->tail) > 0 ? 2u : 1u;
    int32_t result = PL_EFLASH_VERIFY;
    log->state.counter++;
    for (uint32_t tries = 0; tries < PL_PAGES && result == PL_EFLASH_VERIFY; tries++) {
        if (log->checkpoint_page + pages > PL_PAGES && next_sector(log) < 0) {
            return pl_log_fail(log);
        }
        result = 0;
        if (pages == 2u) {
            encode_rest(log, log->page);
            result = put_page(log);
        }
        if (result == 0) {
            encode(log, log->page);
            result = put_page(log);
        }
    }
    return result < 0 ? pl_log_fail(log) : 0;
}

int32_t pl_log_move_tail(pl_log *log) {
    pl_log_tail *tail = &log->tail;
    if (tail->length == 0) {
        return 0;
    }
    if (tail->begins) {
        tail->length -= PL_SEGMENT_HEADER;
        memmove(tail->image, tail->image + PL_SEGMENT_HEADER, tail->length);
        tail->begins = 0;
    }
    tail->image[PL_COMMIT_NUMBER_AT] = 0;
    tail->sequence = log->state.next[PL_STREAM_SUMMARY];
    return pl_log_checkpoint(log);
}

/* Sets the place of the next checkpoint: behind the last page of the sector that is not blank. */
static int32_t find_place(pl_log *log) {
    uint32_t page = PL_PAGES;
    while (page > 0) {
        uint32_t offset = page_offset(log->checkpoint_sector, page - 1u);
        int32_t blank = pl_flash_blank(log->flash, offset, PL_PAGE);
        if (blank < 0) {
            return PL_ELOG_FLASH;
        }
        if (!blank) {
            break;
        }
        page--;
    }
    log->checkpoint_page = page;
    return 0;
}

int32_t pl_log_load_checkpoint(pl_log *log) {
    uint8_t rest[REST_AT + PL_LOG_TAIL_MAX - TAIL_HERE];
    int found = 0;
    log->checkpoint_sector = 0;
    for (uint32_t i = 0; i < PL_LOG_CHECKPOINT_SECTORS * PL_PAGES; i++) {
        uint32_t sector = i / PL_PAGES;
        uint32_t offset = page_offset(sector, i % PL_PAGES);
        /* The first bytes of the page before; of a sector's first page, nothing. */
        if (i % PL_PAGES == 0) {
            memset(rest, 0, sizeof rest);
        } else {
            memcpy(rest, log->page, sizeof rest);
        }
        if (log->flash->read(log->flash->context, offset, log->page, PL_PAGE) < 0) {
            return PL_ELOG_FLASH;
        }
        if (is_checkpoint(log->page) && is_rest(log->page, rest) &&
            (!found || pl_get32(log->page + 8) > log->state.counter)) {
            decode(log->page, rest, &log->state, &log->tail);
            log->checkpoint_sector = sector;
            found = 1;
        }
    }
    if (!found) {
        /* Nothing to keep: begin by erasing the next sector, whatever lies there. */
        log->checkpoint_page = PL_PAGES;
        return 0;
    }
    return find_place(log);
}
