#include "pl_frame.h"

#include <stddef.h>

#include "pl_bytes.h"
#include "pl_crc.h"

enum {
    STATE_TEXT,    /* outside frames */
    STATE_INSIDE,  /* after a delimiter */
    STATE_ESCAPED, /* inside, after an escape */
    STATE_SKIP,    /* in the rest of a frame that is too long */
};

/* 1 for the bytes that are escaped inside a frame. */
static const uint8_t reserved[256] = {
    [0x01] = 1, [0x02] = 1, [0x03] = 1, [0x04] = 1, [0x05] = 1,
    [0x0A] = 1, [0x0D] = 1, [PL_FRAME_ESCAPE] = 1, [PL_FRAME_DELIMITER] = 1,
};

typedef struct {
    uint8_t *out;
    uint32_t capacity;
    uint32_t used;
} writer;

/* Writes past the end are counted but not made, so that the caller checks once. */
static inline void put_raw(writer *w, uint8_t byte) {
    if (w->used < w->capacity) {
        w->out[w->used] = byte;
    }
    w->used++;
}

/* True if a word surely has no reserved byte: none below 10 and none of 7D to 7F. */
static inline int is_plain(uint32_t word) {
    uint32_t low = word & 0x7F7F7F7Fu;
    return ((~(low + 0x70707070u) | (low + 0x03030303u)) & ~word & 0x80808080u) == 0;
}

static inline uint8_t *stuff(uint8_t *out, uint8_t byte) {
    if (reserved[byte]) {
        *out++ = PL_FRAME_ESCAPE;
        byte ^= PL_FRAME_FLIP;
    }
    *out++ = byte;
    return out;
}

/* Writes without a look at the room.  Bulk data comes through here. */
static uint8_t *stuff_all(uint8_t *out, const uint8_t *data, uint32_t length) {
    const uint8_t *end = data + length;
    for (; data != end && !pl_is_aligned(data); data++) {
        out = stuff(out, *data);
    }
    for (; end - data >= 4; data += 4) {
        uint32_t word = pl_word(data);
        if (is_plain(word)) {
            out[0] = (uint8_t)word;
            out[1] = (uint8_t)(word >> 8);
            out[2] = (uint8_t)(word >> 16);
            out[3] = (uint8_t)(word >> 24);
            out += 4;
            continue;
        }
        out = stuff(out, (uint8_t)word);
        out = stuff(out, (uint8_t)(word >> 8));
        out = stuff(out, (uint8_t)(word >> 16));
        out = stuff(out, (uint8_t)(word >> 24));
    }
    for (; data != end; data++) {
        out = stuff(out, *data);
    }
    return out;
}

static void put_stuffed(writer *w, const uint8_t *data, uint32_t length) {
    if (w->used + 2u * length <= w->capacity) {
        w->used = (uint32_t)(stuff_all(w->out + w->used, data, length) - w->out);
        return;
    }
    for (const uint8_t *end = data + length; data != end; data++) {
        uint8_t stuffed[2];
        uint8_t *next = stuff(stuffed, *data);
        for (uint8_t *byte = stuffed; byte != next; byte++) {
            put_raw(w, *byte);
        }
    }
}

int32_t pl_frame_encode(uint8_t *out, uint32_t capacity, const pl_frame_header *header,
                        const uint8_t *payload) {
    uint8_t head[PL_FRAME_HEADER] = {
        header->version,
        header->kind,
        header->command,
        header->flags,
        (uint8_t)header->request,
        (uint8_t)(header->request >> 8),
        (uint8_t)header->length,
        (uint8_t)(header->length >> 8),
    };
    uint32_t crc = pl_crc32(0, head, PL_FRAME_HEADER);
    crc = pl_crc32(crc, payload, header->length);
    uint8_t tail[PL_FRAME_CRC] = {
        (uint8_t)crc,
        (uint8_t)(crc >> 8),
        (uint8_t)(crc >> 16),
        (uint8_t)(crc >> 24),
    };
    writer w = {out, capacity, 0};
    put_raw(&w, PL_FRAME_DELIMITER);
    put_stuffed(&w, head, PL_FRAME_HEADER);
    put_stuffed(&w, payload, header->length);
    put_stuffed(&w, tail, PL_FRAME_CRC);
    put_raw(&w, PL_FRAME_DELIMITER);
    return w.used <= capacity ? (int32_t)w.used : PL_EFRAME_SPACE;
}

void pl_frame_init(pl_frame_decoder *decoder, uint8_t *buffer, uint32_t capacity) {
    *decoder = (pl_frame_decoder){.buffer = buffer, .capacity = capacity, .state = STATE_TEXT};
}

static void read_header(pl_frame_decoder *d) {
    const uint8_t *b = d->buffer;
    d->header.version = b[0];
    d->header.kind = b[1];
    d->header.command = b[2];
    d->header.flags = b[3];
    d->header.request = (uint16_t)(b[4] | b[5] << 8);
    d->header.length = (uint16_t)(b[6] | b[7] << 8);
}

/* Ends what was collected as a failure; the next byte is judged in `state`. */
static int32_t fail(pl_frame_decoder *d, int32_t error, uint8_t state) {
    d->dropped = d->used;
    d->dropped_escape = d->state == STATE_ESCAPED;
    /* Text behind fill is text. */
    d->filled = d->at_frame && error == PL_EFRAME_FOREIGN;
    d->at_frame = 0;
    d->used = 0;
    d->state = state;
    switch (error) {
        case PL_EFRAME_CRC:
            d->bad_crc++;
            break;
        case PL_EFRAME_LENGTH:
            d->bad_length++;
            break;
        case PL_EFRAME_TOO_LONG:
            d->too_long++;
            break;
        default:
            d->foreign += !d->filled;
            d->texts += d->filled;
            break;
    }
    return error;
}

/* Judges the content between two delimiters. */
static int32_t finish(pl_frame_decoder *d) {
    if (d->state == STATE_ESCAPED || d->used < PL_FRAME_OVERHEAD) {
        return fail(d, PL_EFRAME_LENGTH, STATE_INSIDE);
    }
    uint32_t body = d->used - PL_FRAME_CRC;
    const uint8_t *tail = d->buffer + body;
    uint32_t crc = (uint32_t)tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 |
                   (uint32_t)tail[3] << 24;
    if (pl_crc32(0, d->buffer, body) != crc) {
        return fail(d, PL_EFRAME_CRC, STATE_INSIDE);
    }
    read_header(d);
    if (d->header.length != body - PL_FRAME_HEADER) {
        return fail(d, PL_EFRAME_LENGTH, STATE_INSIDE);
    }
    d->used = 0;
    d->state = STATE_TEXT;
    d->at_frame = 1;
    d->frames++;
    return PL_FRAME_READY;
}

/* Adds one unstuffed byte; PL_EFRAME_TOO_LONG if there is no room. */
static int32_t store(pl_frame_decoder *d, uint8_t byte) {
    if (d->used == d->capacity) {
        if (d->used >= PL_FRAME_HEADER) {
            read_header(d);
        }
        return fail(d, PL_EFRAME_TOO_LONG, STATE_SKIP);
    }
    d->buffer[d->used++] = byte;
    d->state = STATE_INSIDE;
    return PL_FRAME_MORE;
}

/* One byte after a delimiter; *again is set if it was not taken. */
static int32_t inside(pl_frame_decoder *d, uint8_t byte, int *again) {
    if (byte == PL_FRAME_DELIMITER) {
        /* Repeated delimiters are fill. */
        return d->used == 0 && d->state == STATE_INSIDE ? PL_FRAME_MORE : finish(d);
    }
    if (d->state == STATE_ESCAPED) {
        uint8_t plain = byte ^ PL_FRAME_FLIP;
        if (reserved[plain]) {
            return store(d, plain);
        }
    } else if (byte == PL_FRAME_ESCAPE) {
        d->state = STATE_ESCAPED;
        return PL_FRAME_MORE;
    } else if (!reserved[byte]) {
        return store(d, byte);
    }
    *again = 1;
    return fail(d, PL_EFRAME_FOREIGN, STATE_TEXT);
}

/* One byte of the rest of a frame that is too long: to its delimiter, or to text. */
static void skip(pl_frame_decoder *d, uint8_t byte, int *again) {
    if (byte == PL_FRAME_DELIMITER) {
        d->state = STATE_INSIDE;
    } else if (byte != PL_FRAME_ESCAPE && reserved[byte]) {
        d->state = STATE_TEXT;
        *again = 1;
    }
}

int32_t pl_frame_feed(pl_frame_decoder *decoder, const uint8_t *data, uint32_t length,
                      uint32_t *taken) {
    pl_frame_decoder *d = decoder;
    int32_t status = PL_FRAME_MORE;
    uint32_t i = 0;
    d->dropped = 0;
    d->dropped_escape = 0;
    d->text_start = d->text_end = 0;
    while (i < length && status == PL_FRAME_MORE) {
        int again = 0;
        if (d->state == STATE_TEXT) {
            d->text_start = i;
            while (i < length && data[i] != PL_FRAME_DELIMITER) {
                i++;
            }
            d->text_end = i;
            d->at_frame &= d->text_start == d->text_end;
            if (i == length) {
                break;
            }
            d->state = STATE_INSIDE;
            d->used = 0;
        } else if (d->state == STATE_SKIP) {
            skip(d, data[i], &again);
        } else {
            status = inside(d, data[i], &again);
        }
        i += !again;
    }
    *taken = i;
    return status;
}

const uint8_t *pl_frame_payload(const pl_frame_decoder *decoder) {
    return decoder->buffer + PL_FRAME_HEADER;
}

uint32_t pl_frame_dropped(const pl_frame_decoder *decoder, uint8_t *out, uint32_t capacity) {
    writer w = {out, capacity, 0};
    if (!decoder->filled) {
        put_raw(&w, PL_FRAME_DELIMITER);
    }
    put_stuffed(&w, decoder->buffer, decoder->dropped);
    if (decoder->dropped_escape) {
        put_raw(&w, PL_FRAME_ESCAPE);
    }
    return w.used < capacity ? w.used : capacity;
}

int pl_frame_speaks(uint8_t version) {
    return (version & 0xF0u) == (PL_WIRE_VERSION & 0xF0u);
}
