/*
 * First byte even: any bytes as a raw block; decoding must end and stay within its limits.
 * Odd: samples made of the rest, which must come back, and must fit.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_raw.h"

static int16_t samples[2][PL_RAW_PIECE * PL_RAW_AXES];
static pl_raw_decoder decoder;

static void decode_any(const uint8_t *data, size_t size) {
    uint32_t n_s, n_l;
    int more;
    uint64_t pieces = 0;
    if (pl_raw_open(&decoder, data, (uint32_t)size) != PL_RAW_OK) {
        return;
    }
    while (pl_raw_next(&decoder, samples[0], &n_s, samples[1], &n_l, &more) == PL_RAW_OK) {
        REQUIRE(n_s + n_l <= PL_RAW_PIECE);
        /* A mark costs a 350th of a bit at least. */
        REQUIRE(++pieces <= 8u * 350u * (size + 8u));
    }
}

/* A value that is likely to be near the one before, or an extreme. */
static int16_t next_value(fuzz_input *in, int16_t before) {
    uint32_t byte = fuzz_byte(in);
    if (byte >= 0xF0u) {
        return (int16_t)(byte << 8 | fuzz_byte(in));
    }
    return (int16_t)(before + ((int32_t)byte - 120) * (1 << (byte & 7u)));
}

static void check_piece(const int16_t *s, uint32_t n_s, const int16_t *l, uint32_t n_l, int more) {
    uint32_t got_s, got_l;
    int got_more;
    REQUIRE(pl_raw_next(&decoder, samples[0], &got_s, samples[1], &got_l, &got_more) == PL_RAW_OK);
    REQUIRE(got_s == n_s && got_l == n_l && got_more == more);
    REQUIRE(memcmp(samples[0], s, n_s * 12u) == 0 && memcmp(samples[1], l, n_l * 12u) == 0);
}

static void encode_any(fuzz_input *in) {
    enum { PIECES = 64 };
    static int16_t pool[PIECES][PL_RAW_PIECE * PL_RAW_AXES];
    static uint32_t counts[PIECES][3];
    static uint8_t block[PL_RAW_BLOCK_MIN];
    static pl_raw_encoder encoder;
    uint32_t shift = fuzz_byte(in) & 3u;
    int16_t value = 0;
    uint32_t first = 0;
    uint32_t next = 0;
    pl_raw_begin(&encoder, block, sizeof block);
    for (uint32_t blocks = 0; blocks < 8u; blocks++) {
        for (; next < PIECES && in->left > 0; next++) {
            uint32_t n_s = fuzz_byte(in) % 65u, n_l = fuzz_byte(in) % 64u;
            if (counts[next][0] == 0) {
                counts[next][0] = n_s + 1u;
                counts[next][1] = n_l;
                counts[next][2] = n_s & 1u;
                for (uint32_t i = 0; i < (n_s + n_l) * PL_RAW_AXES; i++) {
                    value = next_value(in, value);
                    pool[next][i] = (int16_t)((uint32_t)value << shift);
                }
            }
            n_s = counts[next][0] - 1u;
            const int16_t *s = pool[next];
            int32_t result = pl_raw_add(&encoder, s, n_s, s + n_s * PL_RAW_AXES, counts[next][1],
                                        (int)counts[next][2]);
            REQUIRE(result == PL_RAW_OK || (result == PL_RAW_FULL && next > first));
            if (result == PL_RAW_FULL) {
                break;
            }
        }
        uint32_t length = pl_raw_end(&encoder);
        REQUIRE(length <= sizeof block);
        REQUIRE(next == first || pl_raw_open(&decoder, block, length) == PL_RAW_OK);
        for (uint32_t i = first; i < next; i++) {
            uint32_t n_s = counts[i][0] - 1u;
            check_piece(pool[i], n_s, pool[i] + n_s * PL_RAW_AXES, counts[i][1],
                        (int)counts[i][2]);
        }
        uint32_t n;
        int more;
        REQUIRE(next == first || pl_raw_next(&decoder, samples[0], &n, samples[1], &n, &more) ==
                                     PL_ERAW_END);
        first = next;
        pl_raw_again(&encoder, block, sizeof block);
    }
    memset(counts, 0, sizeof counts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 1u << 15) {
        return 0;
    }
    fuzz_input in = {data + 1, size - 1};
    if (data[0] & 1u) {
        encode_any(&in);
    } else {
        decode_any(data + 1, size - 1);
    }
    return 0;
}
