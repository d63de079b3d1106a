/* Little-endian integers in byte arrays, for the core's own files. */
#ifndef PL_BYTES_H
#define PL_BYTES_H

#include <stdint.h>

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

#endif
