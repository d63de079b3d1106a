#include "pl_segment.h"

#include <string.h>

#include "pl_bytes.h"
#include "pl_crc.h"
#include "pl_version.h"

/* "PLSG" */
#define MAGIC 0x47534C50u
/* Common to all versions: magic, version, size, stream, seal, sequence; CRC at the end. */
#define HEADER_COMMON 12u
/* The fields of a sealed segment. */
#define KEY_ID_AT PL_SEAL_FIELDS_AT
#define POINT_AT (KEY_ID_AT + PL_SEAL_KEY_ID)
#define INDEX_AT (POINT_AT + PL_SEAL_POINT)

static uint32_t page_behind(uint32_t offset) {
    return (offset + PL_PAGE - 1u) / PL_PAGE * PL_PAGE;
}

void pl_segment_write_header(uint8_t *out, pl_segment_header *header) {
    header->version = PL_SEGMENT_VERSION;
    header->size =
        header->seal == PL_SEAL_NONE ? PL_SEGMENT_HEADER : PL_SEGMENT_HEADER_SEALED;
    header->core = PL_CORE_VERSION;
    pl_put32(out, MAGIC);
    out[4] = header->version;
    out[5] = header->size;
    out[6] = header->stream;
    out[7] = header->seal;
    memcpy(out + 12, header->serial, PL_SERIAL);
    pl_put32(out + 28, header->boot);
    pl_put32(out + 32, header->t_cs);
    pl_put32(out + 36, (uint32_t)header->utc_ms);
    pl_put32(out + 40, (uint32_t)(header->utc_ms >> 32));
    pl_put32(out + 44, header->rate_mhz[0]);
    pl_put32(out + 48, header->rate_mhz[1]);
    pl_put32(out + 52, header->calibration);
    pl_put32(out + 56, header->config);
    pl_put32(out + 60, header->core);
    if (header->seal != PL_SEAL_NONE) {
        memcpy(out + KEY_ID_AT, header->key_id, PL_SEAL_KEY_ID);
        memcpy(out + POINT_AT, header->point, PL_SEAL_POINT);
        pl_put32(out + INDEX_AT, header->index);
    }
    header->crc = pl_segment_renumber(out, header->sequence, header->origin);
}

uint32_t pl_segment_renumber(uint8_t *header, uint32_t sequence, uint32_t origin) {
    uint32_t body = header[5] - 4u;
    pl_put32(header + PL_SEGMENT_SEQUENCE_AT, sequence);
    pl_put32(header + PL_SEGMENT_ORIGIN_AT, origin);
    uint32_t crc = pl_crc32(0, header, body);
    pl_put32(header + body, crc);
    return crc;
}

static int is_blank(const uint8_t *bytes, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        if (bytes[i] != 0xFFu) {
            return 0;
        }
    }
    return 1;
}

int32_t pl_segment_read_header(const uint8_t *segment, uint32_t length, pl_segment_header *out) {
    memset(out, 0, sizeof *out);
    if (length < PL_SEGMENT_HEADER || pl_get32(segment) != MAGIC) {
        uint32_t n = length < PL_SEGMENT_HEADER ? length : PL_SEGMENT_HEADER;
        return is_blank(segment, n) ? PL_ESEGMENT_BLANK : PL_ESEGMENT_FOREIGN;
    }
    out->version = segment[4];
    out->size = segment[5];
    out->stream = segment[6];
    out->seal = segment[7];
    out->sequence = pl_get32(segment + 8);
    if (out->size < HEADER_COMMON + 4u || out->size > length || out->stream >= PL_STREAMS) {
        return PL_ESEGMENT_FOREIGN;
    }
    out->crc = pl_get32(segment + out->size - 4u);
    if (pl_crc32(0, segment, out->size - 4u) != out->crc) {
        return PL_ESEGMENT_FOREIGN;
    }
    if ((out->version ^ PL_SEGMENT_VERSION) & 0xF0u) {
        return PL_ESEGMENT_VERSION;
    }
    if (out->size < (out->seal == PL_SEAL_GCM ? PL_SEGMENT_HEADER_SEALED : PL_SEGMENT_HEADER)) {
        return PL_ESEGMENT_FOREIGN;
    }
    memcpy(out->serial, segment + 12, PL_SERIAL);
    out->boot = pl_get32(segment + 28);
    out->t_cs = pl_get32(segment + 32);
    out->utc_ms = (uint64_t)pl_get32(segment + 40) << 32 | pl_get32(segment + 36);
    out->rate_mhz[0] = pl_get32(segment + 44);
    out->rate_mhz[1] = pl_get32(segment + 48);
    out->calibration = pl_get32(segment + 52);
    out->config = pl_get32(segment + 56);
    out->core = pl_get32(segment + 60);
    out->origin = pl_get32(segment + 64);
    if (out->seal == PL_SEAL_GCM) {
        memcpy(out->key_id, segment + KEY_ID_AT, PL_SEAL_KEY_ID);
        memcpy(out->point, segment + POINT_AT, PL_SEAL_POINT);
        out->index = pl_get32(segment + INDEX_AT);
    }
    return PL_SEGMENT_OK;
}

void pl_commit_write_header(uint8_t *out, const pl_commit *commit) {
    pl_put16(out, commit->length);
    out[2] = commit->number;
    out[3] = commit->flags;
    pl_put32(out + 4, commit->boot);
    pl_put32(out + 8, commit->t_cs);
}

void pl_commit_read_header(const uint8_t *in, pl_commit *commit) {
    commit->length = pl_get16(in);
    commit->number = in[2];
    commit->flags = in[3];
    commit->boot = pl_get32(in + 4);
    commit->t_cs = pl_get32(in + 8);
}

uint32_t pl_commit_write(uint8_t *out, const pl_commit *commit, uint32_t segment_crc) {
    pl_commit_write_header(out, commit);
    uint32_t body = PL_COMMIT_HEADER + commit->length;
    pl_put32(out + body, pl_crc32(segment_crc, out, body));
    return body + PL_COMMIT_CRC;
}

int32_t pl_commit_read(const uint8_t *segment, uint32_t length, uint32_t at,
                       const pl_segment_header *header, pl_commit *out) {
    memset(out, 0, sizeof *out);
    out->next = page_behind(at + 1u);
    if (at >= length || length - at < PL_COMMIT_OVERHEAD) {
        return at < length && !is_blank(segment + at, length - at) ? PL_ESEGMENT_DAMAGED
                                                                   : PL_ESEGMENT_BLANK;
    }
    const uint8_t *head = segment + at;
    uint32_t page_end = out->next < length ? out->next : length;
    if (is_blank(head, page_end - at)) {
        return PL_ESEGMENT_BLANK;
    }
    uint32_t size = pl_get16(head);
    if (size > length - at - PL_COMMIT_OVERHEAD) {
        return PL_ESEGMENT_DAMAGED;
    }
    uint32_t body = PL_COMMIT_HEADER + size;
    if (pl_crc32(header->crc, head, body) != pl_get32(head + body)) {
        return PL_ESEGMENT_DAMAGED;
    }
    pl_commit_read_header(head, out);
    out->payload = at + PL_COMMIT_HEADER;
    out->next = page_behind(at + body + PL_COMMIT_CRC);
    return PL_SEGMENT_OK;
}

uint32_t pl_record_size(uint32_t length) {
    return PL_RECORD_HEADER + (length < PL_RECORD_LONG ? 0u : 2u) + length;
}

uint32_t pl_record_write(uint8_t *out, uint8_t type, uint8_t version, uint32_t dt_cs,
                         const uint8_t *body, uint32_t length) {
    uint32_t is_long = length >= PL_RECORD_LONG;
    uint32_t head = PL_RECORD_HEADER;
    out[0] = type;
    out[1] = (uint8_t)(version << 5 | (is_long ? PL_RECORD_LONG : length));
    out[2] = (uint8_t)dt_cs;
    out[3] = (uint8_t)(dt_cs >> 8);
    out[4] = (uint8_t)(dt_cs >> 16);
    if (is_long) {
        pl_put16(out + head, length);
        head += 2u;
    }
    if (length > 0) {
        memcpy(out + head, body, length);
    }
    return head + length;
}

int32_t pl_record_read(const uint8_t *payload, uint32_t length, uint32_t base_cs, uint32_t *pos,
                       pl_record *out) {
    const uint8_t *p = payload + *pos;
    uint32_t left = length - *pos;
    if (left == 0) {
        return 0;
    }
    if (left < PL_RECORD_HEADER) {
        return PL_ESEGMENT_RECORD;
    }
    uint32_t head = PL_RECORD_HEADER;
    uint32_t size = p[1] & 31u;
    if (size == PL_RECORD_LONG) {
        head += 2u;
        if (left < head) {
            return PL_ESEGMENT_RECORD;
        }
        size = pl_get16(p + PL_RECORD_HEADER);
    }
    if (size > left - head) {
        return PL_ESEGMENT_RECORD;
    }
    out->type = p[0];
    out->version = p[1] >> 5;
    out->length = (uint16_t)size;
    out->t_cs = base_cs + ((uint32_t)p[2] | (uint32_t)p[3] << 8 | (uint32_t)p[4] << 16);
    out->body = p + head;
    *pos += head + size;
    return 1;
}
