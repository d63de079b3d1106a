/*
 * What all fuzz targets share.  Each fuzz_<area>.c defines LLVMFuzzerTestOneInput, which aborts
 * when the core breaks a promise; libFuzzer, AFL++ and run_corpus.c call it.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                        \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                              \
        }                                                                         \
    } while (0)

/* The input, read piece by piece; zeros once it is used up. */
typedef struct {
    const uint8_t *data;
    size_t left;
} fuzz_input;

static inline uint32_t fuzz_byte(fuzz_input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->data++;
}

static inline uint32_t fuzz_word(fuzz_input *in) {
    uint32_t value = fuzz_byte(in);
    value |= fuzz_byte(in) << 8;
    value |= fuzz_byte(in) << 16;
    return value | fuzz_byte(in) << 24;
}

static inline uint32_t fuzz_half(fuzz_input *in) {
    uint32_t value = fuzz_byte(in);
    return value | fuzz_byte(in) << 8;
}

/* A sensor's count, the smaller the higher `shift` is. */
static inline int16_t fuzz_count(fuzz_input *in, uint32_t shift) {
    int32_t high = (int32_t)fuzz_byte(in) << 8;
    return (int16_t)((high + (int32_t)fuzz_byte(in) - 32768) >> shift);
}

static inline void fuzz_bytes(fuzz_input *in, uint8_t *out, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        out[i] = (uint8_t)fuzz_byte(in);
    }
}

#endif
