/*
 * Packs the records of a commit: each byte is predicted from the record of the same type before
 * and coded by how well that place was predicted of late.  Records of one type resemble each
 * other, so that they take less than half their size.  What was learned goes on from commit to
 * commit of a segment; SPEC.md, "Packed commits".
 */
#ifndef PL_PACK_H
#define PL_PACK_H

#include <stdint.h>

#include "pl_range.h"

#define PL_PACK_SLOTS 8u   /* types that are remembered at a time */
#define PL_PACK_PLACES 40u /* length, version, three of the time, then the body's first ones */
#define PL_PACK_HEAD 5u
#define PL_PACK_MAX 240u      /* bytes of a packed payload */
#define PL_PACK_PLAIN_MAX 4000u /* bytes of records that one may hold */

enum {
    PL_PACK_FULL = 0,
    PL_EPACK_FORMAT = -1, /* unpack: not a packed payload, or more than fits */
};

/* What is known of one byte of a type's records. */
typedef struct {
    uint8_t last;
    uint8_t before;
    uint8_t cost[2]; /* of predicting `last`, and of going on as from `before` to `last` */
    uint16_t scale;  /* mean |residual|, Q6 */
    uint8_t class;
    uint8_t seen;
} pl_pack_place;

typedef struct {
    uint8_t type;
    uint32_t t_cs; /* of its last record */
    pl_pack_place place[PL_PACK_PLACES];
} pl_pack_slot;

/* What packing and unpacking hold alike; all zero at first. */
typedef struct {
    pl_pack_slot slot[PL_PACK_SLOTS];
    pl_pack_place choice; /* of slots */
    uint32_t slots;
} pl_pack_model;

typedef struct {
    pl_pack_model model;
    pl_range_encoder range;
    uint32_t base_cs; /* of the commit */
    uint32_t records;
    uint32_t plain; /* bytes that they take unpacked */
    uint8_t out[PL_PACK_MAX + 32u];
} pl_pack;

/* Begins a payload for a commit with this base time, knowing nothing, or as the last one ended. */
void pl_pack_begin(pl_pack *pack, uint32_t base_cs);
void pl_pack_go_on(pl_pack *pack, uint32_t base_cs);

/*
 * Adds a record (pl_segment.h) as long as the whole takes at most `room` <= PL_PACK_MAX bytes:
 * 1, or PL_PACK_FULL; then, and only then, `pack` must be restored from a copy.
 */
int32_t pl_pack_add(pl_pack *pack, uint32_t room, uint8_t type, uint8_t version, uint32_t t_cs,
                    const uint8_t *body, uint32_t length);

/* Writes the payload (at most PL_PACK_MAX bytes) and returns its length; more can be added. */
uint32_t pl_pack_finish(const pl_pack *pack, uint8_t *out);

/*
 * Unpacks a payload into plain records; their length, or PL_EPACK_FORMAT.  `model` is all zero, or,
 * for a payload that went on, what the one before it left there.
 */
int32_t pl_unpack(pl_pack_model *model, uint32_t base_cs, const uint8_t *payload,
                  uint32_t length, uint8_t *out, uint32_t capacity);

#endif
