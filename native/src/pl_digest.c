#include "pl_digest.h"

#include "pl_bytes.h"
#include "pl_log_internal.h"

static int known(const pl_digests *digests, const pl_log *log, uint32_t sector) {
    return digests->slots != NULL && digests->slots[sector].entry == log->table[sector];
}

/* Computes a segment's digest, and remembers it. */
static int32_t compute(pl_digests *digests, const pl_log *log, const pl_log_segment *segment,
                       uint8_t *out) {
    uint32_t offset = segment->sector * PL_SECTOR;
    if (digests->digest(digests->context, offset, segment->length, out) < 0) {
        return PL_ELOG_FLASH;
    }
    if (digests->slots != NULL) {
        pl_digest_slot *slot = &digests->slots[segment->sector];
        memcpy(slot->digest, out, PL_DIGEST);
        slot->entry = log->table[segment->sector];
    }
    return 0;
}

int32_t pl_digest_list(pl_digests *digests, pl_log *log, uint32_t stream, uint32_t from,
                       uint32_t until, int again, uint8_t *out, uint32_t capacity) {
    uint32_t used = 0, computed = 0;
    while (used + PL_DIGEST_ENTRY <= capacity) {
        pl_log_segment segment;
        int32_t result = pl_log_find(log, stream, from, &segment);
        if (result == PL_ELOG_NONE || (result == 0 && segment.sequence >= until)) {
            break;
        }
        if (result < 0) {
            return result;
        }
        from = segment.sequence + 1u;
        if (segment.open) {
            continue;
        }
        if (!again && known(digests, log, segment.sector)) {
            memcpy(out + used + 6, digests->slots[segment.sector].digest, PL_DIGEST);
        } else if (computed++ == PL_DIGEST_AT_ONCE) {
            break;
        } else if (compute(digests, log, &segment, out + used + 6) < 0) {
            return PL_ELOG_FLASH;
        }
        pl_put32(out + used, segment.sequence);
        pl_put16(out + used + 4, segment.length);
        used += PL_DIGEST_ENTRY;
    }
    return (int32_t)used;
}

int32_t pl_digest_ahead(pl_digests *digests, pl_log *log, int raw) {
    if (digests->slots == NULL) {
        return 0;
    }
    for (uint32_t sector = PL_LOG_CHECKPOINT_SECTORS; sector < log->sectors; sector++) {
        uint32_t entry = log->table[sector];
        if (!pl_log_holds(entry) || known(digests, log, sector)) {
            continue;
        }
        uint32_t stream = pl_log_entry_stream(entry);
        uint32_t sequence = pl_log_entry_sequence(entry);
        if ((stream == PL_STREAM_RAW && !raw) || sector == log->stream[stream].sector ||
            sequence < log->state.acked[stream]) {
            continue;
        }
        pl_log_segment segment;
        uint8_t digest[PL_DIGEST];
        int32_t result = pl_log_find(log, stream, sequence, &segment);
        result = result == 0 ? compute(digests, log, &segment, digest) : result;
        return result < 0 ? result : 1;
    }
    return 0;
}
