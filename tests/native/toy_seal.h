/*
 * A stand-in for the cryptography that the log is given, for tests of the log alone: it hides
 * nothing, but a wrong key, nonce or byte is found out, and so is a nonce used for two texts.
 * Keys last as long as `toy`, which a test throws away with everything else in RAM.
 */
#ifndef TOY_SEAL_H
#define TOY_SEAL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pl_bytes.h"
#include "pl_crc.h"
#include "pl_seal.h"

typedef struct {
    uint64_t key[PL_STREAMS];
    uint32_t sealed[PL_STREAMS];
    uint32_t boot;
    uint32_t index;
} toy_seal;

static toy_seal toy;
/* Counts begun "boots"; no two have the same keys, whatever a test takes back. */
static uint32_t toy_boots;

#ifndef TOY_NO_NOTES
#define TOY_NONCES (1u << 22)
static struct {
    uint64_t which;
    uint64_t text;
} toy_nonces[TOY_NONCES];
#endif

static inline uint64_t toy_hash(uint64_t hash, const uint8_t *data, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        hash = (hash ^ data[i]) * 0x100000001B3u;
        hash ^= hash >> 29;
    }
    return hash;
}

/* The key of a segment from its header, as its number or its origin's. */
static inline uint64_t toy_key(const uint8_t *header) {
    uint8_t copy[PL_SEGMENT_HEADER_SEALED];
    memcpy(copy, header, sizeof copy);
    uint32_t origin = pl_get32(copy + 64);
    if (origin != 0) {
        pl_segment_renumber(copy, origin - 1u, 0);
    }
    return toy_hash(0xCBF29CE484222325u, copy, PL_SEAL_FIELDS_AT + PL_SEAL_FIELDS);
}

/* What stands for the nonce: the commit's header and the number used once. */
#define TOY_NONCE (PL_COMMIT_HEADER + 4u)

static inline void toy_stream(uint64_t key, const uint8_t *nonce, uint8_t *data,
                              uint32_t length) {
    uint64_t state = toy_hash(key, nonce, TOY_NONCE) | 1u;
    for (uint32_t i = 0; i < length; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        data[i] ^= (uint8_t)(state >> 56);
    }
}

static inline void toy_tag(uint64_t key, const uint8_t *nonce, const uint8_t *text,
                           uint32_t length, uint8_t *tag) {
    uint64_t hash = toy_hash(toy_hash(~key, nonce, TOY_NONCE), text, length);
    for (uint32_t i = 0; i < PL_SEAL_EXTRA - 4u; i++) {
        tag[i] = (uint8_t)(hash >> (8u * (i % 8u)));
    }
}

#ifndef TOY_NO_NOTES
/* A key and a number of it belong to one text, in whatever way a test goes back and on. */
static inline void toy_note(uint64_t key, uint32_t number, const uint8_t *text,
                            uint32_t length) {
    uint64_t which = toy_hash(key, (const uint8_t *)&number, sizeof number) | 1u;
    uint64_t hash = toy_hash(1, text, length);
    for (uint64_t at = which;; at++) {
        uint32_t slot = (uint32_t)(at % TOY_NONCES);
        if (toy_nonces[slot].which == 0) {
            toy_nonces[slot].which = which;
            toy_nonces[slot].text = hash;
            return;
        }
        if (toy_nonces[slot].which == which) {
            if (toy_nonces[slot].text != hash) {
                fprintf(stderr, "a number was used for two texts\n");
                abort();
            }
            return;
        }
    }
}

#endif

static inline int32_t toy_begin(void *context, uint32_t stream, uint8_t *header) {
    toy_seal *self = context;
    memset(header + PL_SEAL_FIELDS_AT, 0, PL_SEAL_FIELDS);
    pl_put32(header + PL_SEAL_FIELDS_AT, self->boot);
    pl_put32(header + PL_SEAL_FIELDS_AT + 4u, self->index++);
    self->key[stream] = toy_key(header);
    self->sealed[stream] = 0;
    return 0;
}

static inline int32_t toy_do_seal(void *context, uint32_t stream, const uint8_t *with,
                                  uint8_t *data, uint32_t length) {
    toy_seal *self = context;
    uint8_t nonce[TOY_NONCE];
    memcpy(nonce, with, PL_COMMIT_HEADER);
    pl_put32(nonce + PL_COMMIT_HEADER, self->sealed[stream]);
#ifndef TOY_NO_NOTES
    toy_note(self->key[stream], self->sealed[stream], data, length);
#endif
    self->sealed[stream]++;
    memcpy(data + length, nonce + PL_COMMIT_HEADER, 4);
    toy_tag(self->key[stream], nonce, data, length, data + length + 4);
    toy_stream(self->key[stream], nonce, data, length);
    return 0;
}

/* Opens the payload of a commit in place; its length, or -1. */
static inline int32_t toy_open(const uint8_t *segment, const uint8_t *commit, uint8_t *data,
                               uint32_t length) {
    uint8_t nonce[TOY_NONCE], tag[PL_SEAL_EXTRA - 4u];
    uint64_t key = toy_key(segment);
    if (length < PL_SEAL_EXTRA) {
        return -1;
    }
    length -= PL_SEAL_EXTRA;
    memcpy(nonce, commit, PL_COMMIT_HEADER);
    nonce[PL_COMMIT_NUMBER_AT] = 0;
    memcpy(nonce + PL_COMMIT_HEADER, data + length, 4);
    toy_stream(key, nonce, data, length);
    toy_tag(key, nonce, data, length, tag);
    return memcmp(tag, data + length + 4, sizeof tag) == 0 ? (int32_t)length : -1;
}

static const pl_seal toy_callbacks = {toy_begin, toy_do_seal, &toy};

/* A new boot: the keys of the last one are gone. */
static inline void toy_boot(void) {
    memset(&toy, 0, sizeof toy);
    toy.boot = ++toy_boots;
}

#endif
