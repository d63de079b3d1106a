/* Which sector comes next, and what is given up for it. */
#include "pl_log_internal.h"

static uint32_t find_free(const pl_log *log) {
    uint32_t data = log->sectors - PL_LOG_CHECKPOINT_SECTORS;
    for (uint32_t i = 0; i < data; i++) {
        uint32_t sector = PL_LOG_CHECKPOINT_SECTORS + (log->state.cursor + i) % data;
        if (log->table[sector] == PL_LOG_FREE) {
            return sector;
        }
    }
    return PL_LOG_NOWHERE;
}

uint32_t pl_log_oldest(const pl_log *log, uint32_t stream, uint32_t sequence) {
    uint32_t best = PL_LOG_NOWHERE;
    for (uint32_t i = PL_LOG_CHECKPOINT_SECTORS; i < log->sectors; i++) {
        uint32_t entry = log->table[i];
        if (pl_log_holds(entry) && pl_log_entry_stream(entry) == stream &&
            pl_log_entry_sequence(entry) >= sequence &&
            (best == PL_LOG_NOWHERE || entry < log->table[best])) {
            best = i;
        }
    }
    return best;
}

/* What goes first when nothing is free, for a new segment of `stream`. */
static uint32_t find_victim(const pl_log *log, uint32_t stream) {
    uint32_t raw = pl_log_oldest(log, PL_STREAM_RAW, 0);
    if (raw != PL_LOG_NOWHERE) {
        return raw;
    }
    uint32_t summary = pl_log_oldest(log, PL_STREAM_SUMMARY, 0);
    if (summary == PL_LOG_NOWHERE || summary == log->stream[PL_STREAM_SUMMARY].sector) {
        return PL_LOG_NOWHERE;
    }
    int acked = pl_log_entry_sequence(log->table[summary]) < log->state.acked[PL_STREAM_SUMMARY];
    return acked || stream == PL_STREAM_SUMMARY ? summary : PL_LOG_NOWHERE;
}

int pl_log_has_room(const pl_log *log, uint32_t stream) {
    return find_free(log) != PL_LOG_NOWHERE || find_victim(log, stream) != PL_LOG_NOWHERE;
}

/* Says in a checkpoint that a segment is gone, so that no mount takes its remains for it. */
static int32_t give_up(pl_log *log, uint32_t sector) {
    uint32_t stream = pl_log_entry_stream(log->table[sector]);
    uint32_t sequence = pl_log_entry_sequence(log->table[sector]);
    log->table[sector] = PL_LOG_FREE;
    log->state.first[stream] = sequence + 1u;
    log->state.lost[stream] += sequence >= log->state.acked[stream];
    return pl_log_checkpoint(log);
}

int32_t pl_log_take(pl_log *log, uint32_t stream, uint16_t *sector) {
    for (;;) {
        uint32_t found = find_free(log);
        if (found == PL_LOG_NOWHERE) {
            found = find_victim(log, stream);
            if (found == PL_LOG_NOWHERE) {
                return stream == PL_STREAM_RAW ? PL_ELOG_FULL : pl_log_fail(log);
            }
            int32_t result = give_up(log, found);
            if (result < 0) {
                return result;
            }
        }
        log->state.cursor = found - PL_LOG_CHECKPOINT_SECTORS + 1u;
        log->state.erases++;
        int32_t result = pl_flash_erase(log->flash, found * PL_SECTOR);
        if (result == 0) {
            *sector = (uint16_t)found;
            return 0;
        }
        if (result == PL_EFLASH_DEVICE) {
            return pl_log_fail(log);
        }
        /* Worn out: another one, for this session. */
        log->faults++;
        log->table[found] = PL_LOG_BAD;
    }
}

void pl_log_get_status(const pl_log *log, pl_log_status *out) {
    const pl_log_state *state = &log->state;
    *out = (pl_log_status){.erases = state->erases};
    uint32_t held[PL_STREAMS] = {0, 0};
    for (uint32_t i = PL_LOG_CHECKPOINT_SECTORS; i < log->sectors; i++) {
        uint32_t entry = log->table[i];
        out->total += entry != PL_LOG_BAD;
        out->free += entry == PL_LOG_FREE;
        if (pl_log_holds(entry)) {
            uint32_t stream = pl_log_entry_stream(entry);
            held[stream]++;
            out->unacked[stream] += pl_log_entry_sequence(entry) >= state->acked[stream];
        }
    }
    out->raw = held[PL_STREAM_RAW];
    out->summary = held[PL_STREAM_SUMMARY];
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        out->lost[i] = state->lost[i];
    }
    uint32_t room = out->total - out->unacked[PL_STREAM_SUMMARY];
    if (room == 0) {
        out->level = PL_LOG_SUMMARY_GOES;
    } else if (room * 10u < out->total) {
        out->level = PL_LOG_NEARLY_FULL;
    } else if (out->free == 0 && out->raw > 0 && out->unacked[PL_STREAM_RAW] == out->raw) {
        out->level = PL_LOG_RAW_GOES;
    } else {
        out->level = PL_LOG_ROOM;
    }
}
