/*
 * From samples to windows under any movement: chunks of two sensors or one, FIFO words, gaps,
 * alignments, calibrations, biases.  Every block vector keeps to the ranges that pl_pipe.h and
 * pl_features.h give, one sensor's blocks do not depend on how its samples are cut into chunks,
 * and the windows made of them, and their scores, are what the wide reference here says.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_pipe.h"
#include "pl_window.h"

#define SAMPLES_MAX 512u
#define BLOCKS_MAX (SAMPLES_MAX / PL_PIPE_BLOCK_SAMPLES + 1u)

static pl_pipe pipe, again;
static pl_window window;
static int32_t blocks[BLOCKS_MAX * PL_BLOCK_FIELDS];
static int both;

/* Samples that jump between two values with some period, and noise on top. */
static uint32_t movement(fuzz_input *in, int16_t *samples) {
    uint32_t n = fuzz_half(in) % (SAMPLES_MAX + 1u);
    uint32_t period = fuzz_byte(in) % 64u + 1u, shift = fuzz_byte(in) & 15u;
    int16_t value[2][6];
    for (uint32_t k = 0; k < 12u; k++) {
        value[k / 6u][k % 6u] = fuzz_count(in, shift);
    }
    uint32_t noise = fuzz_byte(in) & 15u, random = fuzz_word(in) | 1u;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < 6u; k++) {
            random = random * 1664525u + 1013904223u;
            int32_t sum = value[i / period & 1u][k] + (int32_t)((random >> 16) & ((1u << noise) - 1u));
            samples[6u * i + k] = (int16_t)(sum > 32767 ? 32767 : sum);
        }
    }
    return n;
}

static void within(int32_t value, int32_t low, int32_t high) {
    REQUIRE(value >= low && value <= high);
}

static void check_segment(const int32_t *part) {
    within(part[PL_BLOCK_FLEXION], -18000, 18000);
    within(part[PL_BLOCK_LATERAL], -9000, 9000);
    within(part[PL_BLOCK_INCLINATION], 0, 18000);
    REQUIRE(part[PL_BLOCK_RATE] >= 0 && part[PL_BLOCK_DYNAMIC] >= 0);
}

static void check_move(const int32_t *move) {
    for (unsigned i = 0; i < 3u; i++) {
        /* A mean of rows of a rotation in Q14, each rounded. */
        within(move[PL_FEAT_UP + i], -16400, 16400);
    }
    REQUIRE(move[PL_FEAT_VERTICAL_MAX] >= move[PL_FEAT_VERTICAL_MIN]);
    within(move[PL_FEAT_STEPS], 0, (int32_t)PL_PIPE_BLOCK_SAMPLES);
    for (unsigned i = PL_FEAT_VERTICAL_POWER; i < PL_FEAT_QUADRATURE; i++) {
        REQUIRE(move[i] >= 0);
    }
    REQUIRE(move[PL_FEAT_SWAY] >= 0 && move[PL_FEAT_SWAY + 1] >= 0 && move[PL_FEAT_SWAY_PATH] >= 0);
}

static void check_block(const int32_t *block) {
    REQUIRE(block[PL_BLOCK_FLAGS] == (PL_BLOCK_HAS_S | (both ? PL_BLOCK_HAS_L : 0)));
    check_segment(block + PL_BLOCK_S);
    check_segment(block + PL_BLOCK_L);
    for (unsigned i = 0; i < 3u; i++) {
        within(block[PL_BLOCK_LUMBAR + i], -18000, 18000);
    }
    check_move(block + PL_BLOCK_MOVE);
}

/* Scores of a window with weights taken from the vector itself, shifted about. */
static void check_scores(const int16_t x[PL_WINDOW_FIELDS], uint32_t shift) {
    uint8_t weight[2 * PL_WINDOW_FIELDS], offset[4];
    int64_t sum = -123456789;
    memcpy(offset, &(uint32_t){(uint32_t)-123456789}, sizeof offset);
    for (unsigned c = 0; c < PL_WINDOW_FIELDS; c++) {
        int16_t w = (int16_t)(x[(c * 7u + shift) % PL_WINDOW_FIELDS] * 31);
        weight[2 * c] = (uint8_t)w;
        weight[2 * c + 1] = (uint8_t)((uint16_t)w >> 8);
        sum += (int64_t)w * x[c];
    }
    int32_t out;
    pl_window_scores(weight, offset, 1, PL_WINDOW_FIELDS, shift, x, &out);
    sum = sum >= 0 ? sum >> shift : -((-sum + (1ll << shift) - 1) >> shift);
    sum = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
    REQUIRE(out == sum);
}

static void take(const int32_t *made, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const int32_t *block = made + (uint32_t)i * PL_BLOCK_FIELDS;
        check_block(block);
        if (pl_window_push(&window, block + PL_BLOCK_MOVE)) {
            int16_t vector[PL_WINDOW_FIELDS];
            pl_window_vector(&window, vector);
            check_scores(vector, (uint32_t)i % 32u);
        }
    }
}

/* The same samples of the one sensor, a few at a time. */
static void check_cut(const int16_t *samples, uint32_t n, uint32_t step, const int32_t *whole) {
    int32_t made = 0;
    for (uint32_t i = 0; i < n; i += step) {
        int32_t part[BLOCKS_MAX * PL_BLOCK_FIELDS];
        uint32_t k = n - i < step ? n - i : step;
        int32_t got = pl_pipe_chunk(&again, samples + 6u * i, k, NULL, 0, part, BLOCKS_MAX);
        REQUIRE(got >= 0);
        REQUIRE(memcmp(part, whole + (uint32_t)made * PL_BLOCK_FIELDS,
                       (size_t)got * PL_BLOCK_FIELDS * sizeof *part) == 0);
        made += got;
    }
}

static void chunk(fuzz_input *in) {
    static int16_t s[6u * SAMPLES_MAX], l[6u * SAMPLES_MAX];
    uint32_t n_s = movement(in, s), n_l = both ? movement(in, l) : 0;
    uint32_t due = (pipe.in_block + n_s) / PL_PIPE_BLOCK_SAMPLES;
    if (due > 0) {
        REQUIRE(pl_pipe_chunk(&pipe, s, n_s, l, n_l, blocks, due - 1u) == PL_EPIPE_SPACE);
    }
    again = pipe;
    int32_t made = pl_pipe_chunk(&pipe, s, n_s, l, n_l, blocks, BLOCKS_MAX);
    REQUIRE(made == (int32_t)due);
    if (!both) {
        check_cut(s, n_s, fuzz_byte(in) % 40u + 1u, blocks);
        REQUIRE(again.in_block == pipe.in_block);
    }
    take(blocks, made);
}

static void words(fuzz_input *in) {
    static uint8_t bytes[PL_FIFO_WORD * 64];
    static int16_t samples[6 * 64];
    uint32_t n = fuzz_byte(in) % 64u, lost = 0;
    fuzz_bytes(in, bytes, PL_FIFO_WORD * n);
    uint32_t got = pl_pipe_unpack(&pipe, PL_PIPE_S, bytes, PL_FIFO_WORD * n, samples, 16, &lost);
    REQUIRE(got <= 16);
    take(blocks, pl_pipe_chunk(&pipe, samples, got, NULL, 0, blocks, BLOCKS_MAX));
}

static void align(fuzz_input *in, unsigned sensor) {
    int32_t q[4];
    for (unsigned i = 0; i < 4u; i++) {
        q[i] = (int32_t)fuzz_word(in);
    }
    if (fuzz_byte(in) & 1u) {
        /* A turn by half about an axis between two: a unit that is not the identity. */
        static const int32_t half = 759250125;
        memset(q, 0, sizeof q);
        q[fuzz_byte(in) & 3u] = half;
        unsigned other = fuzz_byte(in) & 3u;
        q[other] = q[other] ? 1 << 30 : half;
    }
    pl_pipe_align(&pipe, sensor, q);
}

static int start(fuzz_input *in) {
    uint32_t rate = 104000;
    uint32_t gyr = 2293760, acc = 15990784;
    both = (int)(fuzz_byte(in) & 1u);
    if (fuzz_byte(in) & 1u) {
        rate = 10000 + fuzz_word(in) % 500000u;
        gyr = 100000 + fuzz_word(in) % 4300001u;
        acc = 1900000 + fuzz_word(in) % 30100001u;
    }
    pl_window_init(&window);
    return pl_pipe_init_scaled(&pipe, rate, both ? rate + fuzz_byte(in) : 0, gyr, acc) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size}, *in = &input;
    if (!start(in)) {
        return 0;
    }
    while (in->left > 0) {
        unsigned sensor = both ? fuzz_byte(in) & 1u : 0;
        switch (fuzz_byte(in) % 8u) {
        case 0:
            pl_pipe_gap(&pipe, sensor, fuzz_word(in) >> (fuzz_byte(in) & 31u));
            break;
        case 1:
            words(in);
            break;
        case 2:
            align(in, sensor);
            break;
        case 3:
            pl_pipe_do(&pipe, fuzz_byte(in) % 3u);
            break;
        case 4: {
            int found = fuzz_byte(in) & 1u ? pl_pipe_find(&pipe, sensor)
                                           : pl_pipe_level(&pipe, sensor);
            REQUIRE(found <= 0);
            break;
        }
        case 5: {
            int32_t bias[3] = {(int32_t)fuzz_word(in), (int32_t)fuzz_word(in),
                               (int32_t)fuzz_word(in)};
            pl_pipe_set_bias(&pipe, sensor, bias);
            break;
        }
        default:
            chunk(in);
        }
    }
    return 0;
}
