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

/* The tail fills the page. */
typedef char tail_fits[TAIL_AT + PL_LOG_TAIL_MAX == CRC_AT ? 1 : -1];

/*
 * The unfinished page as flushed, completed but for its CRC; its length.  A page that begins a
 * segment comes with the segment's header.  Only what mount moves from a full segment into a new
 * one can be too long for that; its header is then made anew by the next mount.
 */
static uint32_t copy_tail(const pl_log *log, uint8_t *out, uint8_t *begins) {
    const pl_log_stream *summary = &log->stream[PL_STREAM_SUMMARY];
    *begins = 0;
    if (summary->flushed == 0) {
        return 0;
    }
    uint32_t length = PL_COMMIT_HEADER + summary->flushed;
    uint32_t from = PL_SEGMENT_HEADER;
    if (summary->page == 0 && PL_SEGMENT_HEADER + length <= PL_LOG_TAIL_MAX) {
        from = 0;
        length += PL_SEGMENT_HEADER;
        *begins = 1;
    }
    pl_commit commit = summary->commit;
    commit.length = (uint16_t)summary->flushed;
    pl_commit_write_header(summary->image + PL_SEGMENT_HEADER, &commit);
    memcpy(out, summary->image + from, length);
    return length;
}

static void encode(const pl_log *log, uint8_t *page) {
    const pl_log_state *state = &log->state;
    const pl_log_stream *summary = &log->stream[PL_STREAM_SUMMARY];
    memset(page, 0, PL_PAGE);
    pl_put32(page, MAGIC);
    page[4] = VERSION;
    page[5] = 0; /* seal: the tail is in the clear */
    page[6] = (uint8_t)copy_tail(log, page + TAIL_AT, &page[7]);
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
    uint32_t next = state->next[PL_STREAM_SUMMARY];
    pl_put32(page + 56, summary->page == 0 ? next : next - 1u);
    pl_put32(page + CRC_AT, pl_crc32(0, page, CRC_AT));
}

/* 1 if the page is a sound checkpoint of this format. */
static int is_checkpoint(const uint8_t *page) {
    return pl_get32(page) == MAGIC && !((page[4] ^ VERSION) & 0xF0u) &&
           page[6] <= PL_LOG_TAIL_MAX && pl_get32(page + CRC_AT) == pl_crc32(0, page, CRC_AT);
}

static void decode(const uint8_t *page, pl_log_state *state, pl_log_tail *tail) {
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
    tail->length = page[6];
    tail->begins = page[7] & 1u;
    memcpy(tail->image, page + TAIL_AT, tail->length);
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

int32_t pl_log_checkpoint(pl_log *log) {
    log->state.counter++;
    for (uint32_t tries = 0; tries < PL_PAGES; tries++) {
        if (log->checkpoint_page == PL_PAGES && next_sector(log) < 0) {
            return PL_ELOG_FLASH;
        }
        /* Anew each time: an erase was counted, and the scratch page is shared. */
        encode(log, log->page);
        uint32_t offset = page_offset(log->checkpoint_sector, log->checkpoint_page++);
        int32_t result = pl_flash_program(log->flash, offset, log->page);
        if (result == 0) {
            return 0;
        }
        if (result == PL_EFLASH_DEVICE) {
            return PL_ELOG_FLASH;
        }
        log->faults++;
    }
    return PL_ELOG_FLASH;
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

int32_t pl_log_load_checkpoint(pl_log *log, pl_log_tail *tail) {
    int found = 0;
    tail->length = 0;
    log->checkpoint_sector = 0;
    for (uint32_t i = 0; i < PL_LOG_CHECKPOINT_SECTORS * PL_PAGES; i++) {
        uint32_t sector = i / PL_PAGES;
        uint32_t offset = page_offset(sector, i % PL_PAGES);
        if (log->flash->read(log->flash->context, offset, log->page, PL_PAGE) < 0) {
            return PL_ELOG_FLASH;
        }
        if (is_checkpoint(log->page) &&
            (!found || pl_get32(log->page + 8) > log->state.counter)) {
            decode(log->page, &log->state, tail);
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
