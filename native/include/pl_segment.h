/*
 * Segments of the log as bytes: header, commits, records.  Writing and reading without state, in
 * RAM, so the same code serves the brace, the host's tools and the fuzzers.  SPEC.md has the
 * layouts ("Segments", "Records"); all integers are little-endian.
 *
 * A segment is one 4 KiB sector: a header, then commits, each of which starts at a page boundary
 * (the first one right behind the header) and ends in a CRC.  A commit holds records of one boot.
 */
#ifndef PL_SEGMENT_H
#define PL_SEGMENT_H

#include <stdint.h>

#include "pl_flash.h"

#define PL_SEGMENT_VERSION 0x10u /* major in the high nibble, minor in the low one */
#define PL_SEGMENT_HEADER 72u
/* A sealed segment's header is longer, and each of its payloads ends in a tag. */
#define PL_SEGMENT_HEADER_SEALED (PL_SEGMENT_HEADER + PL_SEAL_FIELDS)
#define PL_SEAL_FIELDS_AT (PL_SEGMENT_HEADER - 4u)
#define PL_SEAL_FIELDS 44u
#define PL_SEAL_KEY_ID 8u
#define PL_SEAL_POINT 32u
/* What sealing adds to a payload: a number used once, and a tag of 16 bytes. */
#define PL_SEAL_EXTRA 20u
#define PL_SERIAL 16u
#define PL_COMMIT_HEADER 12u
#define PL_COMMIT_NUMBER_AT 2u
#define PL_SEGMENT_SEQUENCE_AT 8u
#define PL_SEGMENT_ORIGIN_AT 64u
#define PL_COMMIT_CRC 4u
#define PL_COMMIT_OVERHEAD (PL_COMMIT_HEADER + PL_COMMIT_CRC)
#define PL_RECORD_HEADER 5u
/* Times count hundredths of a second ("cs") since the boot; a record's is relative, 24 bits. */
#define PL_RECORD_TIME_MAX 0xFFFFFFu
/* Flags of a commit; others are not known to this version. */
#define PL_COMMIT_PACKED 1u /* its payload is packed (pl_pack.h) */
/* What packing learned goes on from the commit before, of the segment before if this is its first. */
#define PL_COMMIT_GOES_ON 2u
/* The type of records that hold raw samples; SPEC.md lists the others, which C does not read. */
#define PL_RECORD_RAW 0x20u
/* Body lengths from here on are written as a u16 behind the record header. */
#define PL_RECORD_LONG 31u

enum {
    PL_STREAM_SUMMARY = 0, /* everything but raw samples */
    PL_STREAM_RAW = 1,
    PL_STREAMS = 2,
};

enum {
    PL_SEAL_NONE = 0, /* payloads are in the clear */
    PL_SEAL_GCM = 1,  /* SPEC.md, "Sealed segments" */
};

enum {
    PL_SEGMENT_OK = 0,
    PL_ESEGMENT_BLANK = -1,   /* erased flash */
    PL_ESEGMENT_FOREIGN = -2, /* no segment header, or a damaged one */
    PL_ESEGMENT_DAMAGED = -3, /* a commit that is torn or damaged */
    PL_ESEGMENT_VERSION = -4, /* sound, but of another major version: contents unknown */
    PL_ESEGMENT_RECORD = -5,  /* a record does not fit its commit */
};

typedef struct {
    uint8_t version;
    uint8_t size; /* of the header, CRC included */
    uint8_t stream;
    uint8_t seal; /* PL_SEAL_* */
    uint32_t sequence; /* of this stream, from 0, never reused */
    char serial[PL_SERIAL]; /* padded with NUL */
    uint32_t boot;
    uint32_t t_cs;
    uint64_t utc_ms; /* wall clock at t_cs; 0 unknown */
    uint32_t rate_mhz[2]; /* measured sample rates of S and L; 0 unknown */
    uint32_t calibration;
    uint32_t config;
    uint32_t core; /* PL_CORE_VERSION that wrote it */
    /*
     * 0; or, of a sealed segment, 1 + the number of the one whose key it has: its last commit,
     * which had no room there any more, is the only one here.
     */
    uint32_t origin;
    uint8_t key_id[PL_SEAL_KEY_ID]; /* of a sealed segment, as are the two below */
    uint8_t point[PL_SEAL_POINT];
    uint32_t index;
    uint32_t crc;
} pl_segment_header;

typedef struct {
    uint8_t number; /* in the segment, from 0 */
    uint8_t flags;
    uint16_t length; /* of the payload */
    uint32_t boot;
    uint32_t t_cs; /* what its records' times are relative to */
    uint32_t payload; /* its offset in the segment */
    uint32_t next;    /* offset of the page behind the commit */
} pl_commit;

typedef struct {
    uint8_t type;
    uint8_t version;
    uint16_t length;
    uint32_t t_cs; /* since its boot */
    const uint8_t *body;
} pl_record;

/*
 * Writes a header, PL_SEGMENT_HEADER or, with a seal, PL_SEGMENT_HEADER_SEALED bytes; version,
 * size, core and crc are filled in.
 */
void pl_segment_write_header(uint8_t *out, pl_segment_header *header);

/*
 * Writes number, origin and CRC of a header that stands already; returns the CRC.  So the header
 * of a sealed segment is copied to the one that goes on for it.
 */
uint32_t pl_segment_renumber(uint8_t *header, uint32_t sequence, uint32_t origin);

/*
 * Reads a header from the `length` bytes of a segment.  PL_SEGMENT_OK, PL_ESEGMENT_BLANK,
 * PL_ESEGMENT_FOREIGN, or PL_ESEGMENT_VERSION with version, size, stream, seal, sequence and crc
 * set (their places are common to all versions).
 */
int32_t pl_segment_read_header(const uint8_t *segment, uint32_t length, pl_segment_header *out);

/* Writes, reads the PL_COMMIT_HEADER bytes in front of a commit's payload; its CRC is not seen. */
void pl_commit_write_header(uint8_t *out, const pl_commit *commit);
void pl_commit_read_header(const uint8_t *in, pl_commit *commit);

/*
 * Completes a commit whose payload stands at out + PL_COMMIT_HEADER: writes its header in front
 * and its CRC, seeded with the segment header's, behind.  Returns its length in bytes.
 */
uint32_t pl_commit_write(uint8_t *out, const pl_commit *commit, uint32_t segment_crc);

/*
 * Reads the commit at offset `at` of a segment's `length` bytes.  PL_SEGMENT_OK;
 * PL_ESEGMENT_BLANK if the page is erased from `at` on; PL_ESEGMENT_DAMAGED.  In the two latter
 * cases out->next is the next page.
 */
int32_t pl_commit_read(const uint8_t *segment, uint32_t length, uint32_t at,
                       const pl_segment_header *header, pl_commit *out);

/* Bytes that a record with a body of `length` bytes takes. */
uint32_t pl_record_size(uint32_t length);

/* Writes one record with time `dt_cs` after its commit's; returns its size. */
uint32_t pl_record_write(uint8_t *out, uint8_t type, uint8_t version, uint32_t dt_cs,
                         const uint8_t *body, uint32_t length);

/*
 * Reads the record at *pos of a commit's payload and moves *pos behind it.  1 if there was one, 0
 * at the end, PL_ESEGMENT_RECORD if what is there is none.
 */
int32_t pl_record_read(const uint8_t *payload, uint32_t length, uint32_t base_cs, uint32_t *pos,
                       pl_record *out);

#endif
