/*
 * Sway and smoothness of any movement: whatever the rate, scale, mounting and samples, results
 * keep to their ranges, the scratch memory to its end, and errors are those that the headers name.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_smooth.h"
#include "pl_sway.h"

#define ROOM 2048u
#define SCRATCH (2u * PL_SMOOTH_MAX + 80u * PL_SMOOTH_MAX / 25u)

static pl_sway sway;
static pl_sway_coef coef;
static pl_smooth smooth;
static uint16_t ring[ROOM];
static int32_t scratch[SCRATCH + 1u];

static void check_sway(int begun) {
    int32_t out[PL_SWAY_FIELDS];
    int result = pl_sway_result(&sway, &coef, out);
    REQUIRE(result == 0 || result == PL_ESWAY_SHORT || result == PL_ESWAY_LEVEL);
    if (result != 0) {
        return;
    }
    REQUIRE(begun);
    REQUIRE(out[PL_SWAY_N] >= 1 && out[PL_SWAY_N] <= (int32_t)PL_SWAY_COUNT_MAX);
    for (unsigned i = PL_SWAY_RMS_AP; i < PL_SWAY_FIELDS; i++) {
        REQUIRE(out[i] >= 0);
    }
    /* Held at 1.6 g, and the filter overshoots a step by less than a fifth. */
    REQUIRE(out[PL_SWAY_RMS_AP] <= 19000000 && out[PL_SWAY_RMS_ML] <= 19000000);
}

static void check_smooth(fuzz_input *in) {
    uint32_t first = fuzz_word(in) % (smooth.count + 2u), n = fuzz_word(in) % (PL_SMOOTH_MAX + 9u);
    uint32_t room = fuzz_byte(in) & 1u ? SCRATCH : fuzz_word(in) % (SCRATCH + 1u);
    scratch[room] = 0x5AFE;
    int32_t sparc = pl_smooth_sparc(&smooth, first, n, scratch, room);
    REQUIRE(scratch[room] == 0x5AFE);
    REQUIRE(sparc <= -1000 || (sparc < 0 && sparc >= PL_ESMOOTH_SPACE));
    if (n < PL_SMOOTH_MIN || n > PL_SMOOTH_MAX || first + n > smooth.count) {
        REQUIRE(sparc == PL_ESMOOTH_RANGE);
    }
}

static int start(fuzz_input *in) {
    uint32_t rate = 104000, gyr = 2293760, acc = 15990784;
    int32_t align[4] = {1 << 30, 0, 0, 0};
    if (fuzz_byte(in) & 1u) {
        rate = fuzz_word(in) % 300000u;
        gyr = 100000 + fuzz_word(in) % 4300001u;
        acc = 1000000 + fuzz_word(in) % 33000001u;
        unsigned axis = fuzz_byte(in) & 3u;
        align[0] = 0;
        align[axis] = 1 << 30;
    }
    int result = pl_sway_init(&sway, &coef, rate, acc, align);
    REQUIRE(result == 0 || result == PL_ESWAY_RATE || result == PL_ESWAY_SCALE);
    int other = pl_smooth_init(&smooth, ring, fuzz_byte(in) & 1u ? ROOM : 64u, rate, gyr);
    REQUIRE(other == 0 || other == PL_ESMOOTH_RATE);
    return result == 0 && other == 0;
}

/* n samples that jump between two values with some period. */
static void movement(fuzz_input *in) {
    uint32_t n = fuzz_half(in) % 4096u;
    uint32_t period = fuzz_byte(in) + 1u, shift = fuzz_byte(in) & 15u;
    int16_t value[2][6];
    for (uint32_t k = 0; k < 12u; k++) {
        value[k / 6u][k % 6u] = fuzz_count(in, shift);
    }
    for (uint32_t i = 0; i < n; i++) {
        pl_smooth_update(&smooth, value[i / period & 1u]);
        pl_sway_update(&sway, &coef, value[i / period & 1u] + 3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size}, *in = &input;
    if (!start(in)) {
        return 0;
    }
    uint32_t taken = 0;
    while (in->left > 0) {
        switch (fuzz_byte(in) % 4u) {
        case 0:
            check_smooth(in);
            break;
        case 1: {
            int32_t bias[3] = {(int32_t)fuzz_word(in), (int32_t)fuzz_word(in),
                               (int32_t)fuzz_word(in)};
            pl_smooth_bias(&smooth, bias);
            break;
        }
        default:
            if (taken < 40000u) {
                uint32_t before = smooth.count;
                movement(in);
                taken += smooth.count - before;
            }
        }
        check_sway(taken > 0);
    }
    return 0;
}
