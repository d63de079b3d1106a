/* Little-endian integers in byte arrays, for the core's own files. */
#ifndef PL_BYTES_H
#define PL_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t pl_get16(const uint8_t *p) {
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t pl_get32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void pl_put16(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void pl_put32(uint8_t *p, uint32_t value) {
    pl_put16(p, value);
    pl_put16(p + 2, value >> 16);
}

/* Whether pl_word takes what stands there. */
static inline int pl_is_aligned(const uint8_t *p) {
    return ((uintptr_t)p & 3u) == 0;
}

/* As pl_get32, at once: every machine that this runs on has the low byte first. */
static inline uint32_t pl_word(const uint8_t *p) {
    uint32_t word;
#ifdef __GNUC__
    p = __builtin_assume_aligned(p, 4);
#endif
    memcpy(&word, p, 4);
    return word;
}

#endif
