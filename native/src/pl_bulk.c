#include "pl_bulk.h"

#include "pl_bytes.h"

/* The segment at or behind the transfer's place that is not open; 0 at the end. */
static int32_t find(pl_log *log, pl_bulk *bulk, pl_log_segment *out) {
    uint32_t sequence = bulk->sequence;
    for (;;) {
        int32_t result = pl_log_find(log, bulk->stream, sequence, out);
        if (result == PL_ELOG_NONE || (result == 0 && out->sequence >= bulk->until)) {
            return 0;
        }
        if (result < 0 || !out->open) {
            return result < 0 ? result : 1;
        }
        sequence = out->sequence + 1u;
    }
}

static void put_header(const pl_bulk *bulk, uint8_t *out, uint32_t sequence, uint32_t offset,
                       uint32_t length) {
    pl_put32(out, bulk->sent);
    pl_put32(out + 4, sequence);
    pl_put16(out + 8, offset);
    pl_put16(out + 10, length);
}

int32_t pl_bulk_next(pl_log *log, pl_bulk *bulk, uint8_t *out, uint32_t capacity) {
    pl_log_segment segment;
    int32_t n;
    for (;;) {
        n = find(log, bulk, &segment);
        if (n <= 0) {
            put_header(bulk, out, PL_BULK_END, 0, 0);
            return n < 0 ? n : (int32_t)PL_BULK_HEADER;
        }
        if (segment.sequence != bulk->sequence) {
            bulk->sequence = segment.sequence;
            bulk->offset = 0;
        }
        if (bulk->offset < segment.length) {
            break;
        }
        bulk->sequence++;
        bulk->offset = 0;
    }
    n = pl_log_read(log, &segment, bulk->offset, out + PL_BULK_HEADER, capacity - PL_BULK_HEADER);
    if (n < 0) {
        return n;
    }
    put_header(bulk, out, bulk->sequence, bulk->offset, segment.length);
    bulk->sent += (uint32_t)n;
    bulk->offset += (uint32_t)n;
    if (bulk->offset == segment.length) {
        bulk->sequence++;
        bulk->offset = 0;
    }
    return (int32_t)PL_BULK_HEADER + n;
}
