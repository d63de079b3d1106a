/*
 * Wire frames: how messages and a REPL's text share one serial line.
 *
 * A frame is  7E, stuffed(header, payload, CRC-32), 7E.  Header, 8 bytes, little-endian:
 *
 *     0 version  major in the high nibble, minor in the low one
 *     1 kind     PL_FRAME_REQUEST ...
 *     2 command
 *     3 flags    PL_FRAME_FLAG_*
 *     4 request  u16, echoed by every answer to it
 *     6 length   u16, of the payload alone
 *
 * The CRC covers header and payload.  Stuffing: each byte that a frame must never carry (01..05,
 * 0A, 0D: they drive a MicroPython REPL; 7D and 7E: escape and delimiter) becomes 7D followed by
 * the byte xor 20.  No other byte may be escaped, so that a frame has one encoding only.
 *
 * This layout is common to all versions: a peer decodes frames of any version and answers those
 * of another major one with an error frame of its own (see SPEC.md).
 */
#ifndef PL_FRAME_H
#define PL_FRAME_H

#include <stdint.h>

#define PL_FRAME_DELIMITER 0x7Eu
#define PL_FRAME_ESCAPE 0x7Du
#define PL_FRAME_FLIP 0x20u
#define PL_FRAME_HEADER 8u
#define PL_FRAME_CRC 4u
#define PL_FRAME_OVERHEAD (PL_FRAME_HEADER + PL_FRAME_CRC)
/* Largest possible encoding of a payload of n bytes: everything escaped, two delimiters. */
#define PL_FRAME_ENCODED_MAX(n) (2u * ((n) + PL_FRAME_OVERHEAD) + 2u)

/* Wire version spoken by this core: 1.1. */
#define PL_WIRE_VERSION 0x11u

/*
 * The payload ends in a trailer of an authenticated session: counter u32, then a tag of 16
 * bytes over header, payload and counter.  The frame layer counts it as payload.
 */
#define PL_FRAME_FLAG_AUTH 0x01u
#define PL_FRAME_TRAILER 20u

enum {
    PL_FRAME_REQUEST = 1,
    PL_FRAME_RESPONSE = 2,
    PL_FRAME_ERROR = 3,
    PL_FRAME_EVENT = 4,
    PL_FRAME_BULK = 5,
};

/* What pl_frame_encode and pl_frame_feed report. */
enum {
    PL_FRAME_MORE = 0,       /* all input taken, no frame complete */
    PL_FRAME_READY = 1,      /* a frame stands in the decoder */
    PL_EFRAME_CRC = -1,      /* a frame was damaged */
    PL_EFRAME_LENGTH = -2,   /* too short, or not as long as it says */
    PL_EFRAME_TOO_LONG = -3, /* longer than the decoder's buffer; header is set but unchecked */
    PL_EFRAME_FOREIGN = -4,  /* a byte or escape that frames never carry: it was text */
    PL_EFRAME_SPACE = -5,    /* encode: the output is too small, or the payload over 65535 */
};

typedef struct {
    uint8_t version;
    uint8_t kind;
    uint8_t command;
    uint8_t flags;
    uint16_t request;
    uint16_t length;
} pl_frame_header;

/* Decoder; all fields are the callee's, to be read only. */
typedef struct {
    pl_frame_header header; /* of the last frame */
    uint8_t *buffer;        /* unstuffed: header, payload, CRC */
    uint32_t capacity;
    uint32_t used;
    uint32_t dropped;    /* content bytes of the frame that failed last, still in the buffer */
    uint32_t text_start; /* of the last feed: where its bytes outside frames begin and end */
    uint32_t text_end;
    uint32_t frames; /* counters since pl_frame_init */
    uint32_t bad_crc;
    uint32_t bad_length;
    uint32_t too_long;
    uint32_t foreign;
    uint32_t texts; /* text behind fill: no damage, though told as PL_EFRAME_FOREIGN */
    uint8_t state;
    uint8_t dropped_escape;
    uint8_t at_frame; /* whether nothing but fill has come since a frame */
    uint8_t filled;   /* whether what failed last was such text */
} pl_frame_decoder;

/*
 * Encodes one frame into `out`; `payload` (header->length bytes, may be NULL if 0) must not
 * overlap it.  Returns its length, or PL_EFRAME_SPACE.
 */
int32_t pl_frame_encode(uint8_t *out, uint32_t capacity, const pl_frame_header *header,
                        const uint8_t *payload);

/* Starts a decoder over a buffer of the largest payload plus PL_FRAME_OVERHEAD bytes. */
void pl_frame_init(pl_frame_decoder *decoder, uint8_t *buffer, uint32_t capacity);

/*
 * Takes bytes from data[0 .. length) up to the end of one frame or up to one error, and says in
 * *taken how many.  Returns PL_FRAME_MORE, PL_FRAME_READY or a negative PL_EFRAME_*.
 *
 * Bytes outside frames are text; there is one run of them at most in a call, at
 * [text_start, text_end).  What turns out to be no frame (PL_EFRAME_CRC, _LENGTH, _FOREIGN) may
 * have been text around a stray 7E: pl_frame_dropped gives it back.  After such an error the
 * delimiter that ended it may open the next frame, so a lost delimiter costs one frame at most.
 * The byte that PL_EFRAME_FOREIGN stopped at is not taken: it will be text.
 * The rest of a frame that is too long is skipped.
 */
int32_t pl_frame_feed(pl_frame_decoder *decoder, const uint8_t *data, uint32_t length,
                      uint32_t *taken);

/* Payload of the frame that is PL_FRAME_READY, decoder->header.length bytes, until the next feed. */
const uint8_t *pl_frame_payload(const pl_frame_decoder *decoder);

/*
 * The raw bytes of what failed last, its leading 7E included unless that was fill, cut at
 * `capacity`; valid until the next feed.  Returns how many were written.
 */
uint32_t pl_frame_dropped(const pl_frame_decoder *decoder, uint8_t *out, uint32_t capacity);

/* 1 if a peer that speaks `version` is understood: equal major version. */
int pl_frame_speaks(uint8_t version);

#endif
