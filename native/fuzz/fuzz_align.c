/*
 * Calibration and lumbar angles from any attitudes, also from such as no filter gives, in any
 * order of calls.  What is found has length 1, what is refused changes nothing.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_fixed.h"
#include "pl_fusion.h"

static pl_align align;
static pl_rel rel;

/* Four parts: of length 1 but for what one byte adds, or anything. */
static void attitude(fuzz_input *in, int32_t q[4], int anything) {
    uint32_t kind = fuzz_byte(in);
    for (int i = 0; i < 4; i++) {
        q[i] = fx_int32(fuzz_word(in));
    }
    if ((kind & 3u) != 3u && fx_unit(q, 4)) {
        q[kind >> 2 & 3u] += (int32_t)(kind >> 4) - 8;
    }
    for (int i = 0; i < 4 && !anything; i++) {
        q[i] += q[i] == INT32_MIN;
    }
}

static int64_t lack(const int32_t q[4]) {
    int64_t square = 1ll << 60;
    for (int i = 0; i < 4; i++) {
        REQUIRE(q[i] >= -FX_UNIT_MAX && q[i] <= FX_UNIT_MAX);
        square -= (int64_t)q[i] * q[i];
    }
    return square >> 30;
}

/* `tolerance` of |q|^2, Q30. */
static void require_unit(const int32_t q[4], int64_t tolerance) {
    REQUIRE(lack(q) <= tolerance && lack(q) >= -tolerance);
}

static void calibrate(fuzz_input *in, uint32_t what) {
    int32_t q[4];
    pl_align before = align;
    int result = 0;
    attitude(in, q, what == 2u || what == 3u);
    if (what == 0u) {
        for (uint32_t n = fuzz_byte(in) % 8u + 1u; n > 0; n--) {
            pl_align_still(&align, q, PL_ORI_CONVERGED);
        }
    } else if (what == 1u) {
        pl_align_bend(&align, q);
    } else if (what == 2u) {
        result = pl_align_set(&align, q);
        REQUIRE(result == 0 || result == PL_EFUSION_STATE);
        if (result == 0) {
            require_unit(align.q, 64);
        }
    } else if (what == 3u) {
        result = pl_align_level(&align, q);
        REQUIRE(result <= 0 && result >= PL_EALIGN_NOMINAL);
        if (result == 0) {
            require_unit(align.q, 1 << 25);
        }
    } else {
        result = pl_align_finish(&align);
        REQUIRE(result <= 0 && result >= PL_EALIGN_CROOKED);
        if (result == 0) {
            REQUIRE(align.quality >= PL_ALIGN_QUALITY_MIN && align.quality <= 100);
        }
    }
    if (result != 0) {
        REQUIRE(memcmp(before.q, align.q, sizeof align.q) == 0 && before.quality == align.quality);
    }
}

static void look(fuzz_input *in) {
    int32_t q[4], segment[4], tilt[2];
    attitude(in, q, 0);
    pl_align_segment(&align, q, segment);
    pl_tilt(segment, tilt);
    REQUIRE(tilt[0] >= -18000 && tilt[0] <= 18000 && tilt[1] >= -18000 && tilt[1] <= 18000);
    pl_align_vector(&align, q, segment);
}

static void relate(fuzz_input *in) {
    int32_t lower[4], upper[4];
    attitude(in, lower, 0);
    attitude(in, upper, 0);
    pl_rel_update(&rel, lower, upper, fuzz_byte(in) & 1);
    for (int i = 0; i < 3; i++) {
        REQUIRE(rel.angle_cdeg[i] >= -18000 && rel.angle_cdeg[i] <= 18000);
    }
    const int32_t half[4] = { rel.half[0], rel.half[1], 0, 0 };
    require_unit(half, 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    REQUIRE(pl_align_init(&align, 1000u + fuzz_byte(&in) * 7800u) == 0);
    REQUIRE(pl_rel_init(&rel, 8000u + fuzz_byte(&in) * 7000u, 1000u + fuzz_byte(&in) * 2000u) == 0);
    while (in.left > 0) {
        uint32_t what = fuzz_byte(&in) % 8u;
        if (what < 5u) {
            calibrate(&in, what);
        } else if (what == 5u) {
            look(&in);
        } else if (what == 6u) {
            relate(&in);
        } else {
            pl_align_begin(&align);
        }
    }
    return 0;
}
