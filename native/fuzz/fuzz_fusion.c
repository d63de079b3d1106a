/*
 * The orientation filter under any parameters and anything that may happen to it: samples one by
 * one, blocks, FIFO words, gaps, a bias set, a state saved, damaged and restored, turned upside
 * down.  After every piece the attitude must have length 1 and the saved state must be one.
 */
#include "fuzz.h"

#include <string.h>

#include "pl_fusion.h"
#include "pl_fusion_block.h"

static pl_ori_coef coef;
static pl_ori_state state;
static pl_fifo fifo;

/* low .. high, of 32 bits of input. */
static uint32_t among(fuzz_input *in, uint32_t low, uint32_t high) {
    return low + fuzz_word(in) % (high - low + 1u);
}

static void check_low_pass(const pl_svf_coef *c) {
    REQUIRE(c->a2 <= 13107 && c->g <= 19660);
}

/* coef_ok and bias_unit_ok of native/proofs/fusion_state.h. */
static void check_coef(void) {
    int64_t full = ((int64_t)coef.half_angle * 65536 + coef.half_angle_low) / 2;
    REQUIRE(coef.half_angle >= 0 && coef.half_angle_low >= 0 && coef.half_angle_low <= 65535);
    REQUIRE(coef.bias_limit >= 16 && coef.bias_limit <= 450000000);
    REQUIRE(full + (3 * (int64_t)coef.bias_limit >> PL_ORI_BIAS_BITS) <= 15999 << 16);
    REQUIRE(coef.block_log2 <= 7 && coef.hold_samples <= 200 && coef.delay <= 32768);
    REQUIRE(coef.rest_blocks >= 1 && coef.rest_blocks <= 64);
    REQUIRE(coef.settle_blocks >= 1 && coef.settle_blocks <= 64);
    REQUIRE(coef.p_growth >= 1 && coef.p_growth <= 1 << 10);
    REQUIRE(coef.w_motion >= 1 << 26 && coef.w_motion <= 1 << 28);
    REQUIRE(coef.w_rest >= 1 << 19 && coef.w_rest <= 1 << 21);
    REQUIRE(coef.rest_off[0] <= 32767 && coef.rest_off[1] <= 32767);
    REQUIRE(coef.udps_per_bias >= 1 << 22 && coef.udps_per_bias <= 1 << 30);
    REQUIRE((int64_t)coef.bias_limit * coef.udps_per_bias <= 31000000ll << 26);
    check_low_pass(&coef.force);
    check_low_pass(&coef.row);
    check_low_pass(&coef.rest);
}

static int start(fuzz_input *in) {
    pl_ori_params params;
    pl_ori_params_default(&params);
    if (fuzz_byte(in) & 1u) {
        params.rate_mhz = among(in, 10000, 2000000);
        params.gyr_fs_mdps = among(in, 100000, 4400000);
        params.acc_fs_ug = among(in, 1900000, 32000000);
        params.delay_us = (uint16_t)fuzz_word(in);
        params.tau_ms = (uint16_t)among(in, 500, 20000);
        params.rest_gyr_mdps = (uint16_t)among(in, 50, 20000);
        params.rest_acc_mg = (uint16_t)among(in, 2, 1000);
        params.bias_clip_mdps = (uint16_t)among(in, 500, 30000);
    }
    if (pl_ori_coef_init(&coef, &params) != 0) {
        return 0;
    }
    check_coef();
    pl_ori_init(&state, &coef);
    pl_fifo_init(&fifo);
    return 1;
}

/* The same sample many times over, or each one's own. */
static void samples(fuzz_input *in) {
    static uint8_t block[12 * 64];
    uint32_t n = fuzz_byte(in) % 64u + 1u, shift = fuzz_byte(in) & 15u;
    int again = fuzz_byte(in) & 1;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *sample = block + 12u * i;
        if (again && i > 0) {
            memcpy(sample, block, 12);
            continue;
        }
        for (uint32_t k = 0; k < 6u; k++) {
            uint32_t bits = (uint32_t)fuzz_count(in, shift);
            sample[2 * k] = (uint8_t)bits;
            sample[2 * k + 1] = (uint8_t)(bits >> 8);
        }
    }
    for (uint32_t i = again ? fuzz_byte(in) % 16u : 1u; i > 0; i--) {
        pl_ori_update_block(&state, &coef, block, n);
    }
}

static void words(fuzz_input *in) {
    static uint8_t bytes[PL_FIFO_WORD * 64];
    uint32_t n = fuzz_byte(in) % sizeof bytes, lost = 0;
    fuzz_bytes(in, bytes, n);
    for (uint32_t i = 0; i < n; i += PL_FIFO_WORD) {
        bytes[i] = (uint8_t)((bytes[i] & 0x0Fu) % 3u << 3 | (bytes[i] >> 4 & 6u));
    }
    uint32_t made = pl_ori_update_fifo(&state, &coef, &fifo, bytes, n, &lost);
    REQUIRE(made <= n / (2u * PL_FIFO_WORD) + 1u);
}

/* Saved, perhaps damaged, restored: refused, or as before. */
static void restore(fuzz_input *in) {
    uint8_t saved[PL_ORI_SAVED_SIZE];
    REQUIRE(pl_ori_save(&state, &coef, saved, sizeof saved) == (int)sizeof saved);
    uint32_t damage = fuzz_byte(in);
    saved[fuzz_word(in) % sizeof saved] ^= (uint8_t)damage;
    pl_ori_state before = state;
    int result = pl_ori_restore(&state, &coef, saved, sizeof saved);
    REQUIRE(result == (damage == 0 ? 0 : PL_EFUSION_STATE));
    REQUIRE(memcmp(&before, &state, sizeof state) == 0);
}

static void check(void) {
    int32_t q[4], v[3];
    int64_t square = 0;
    pl_ori_quat(&state, &coef, q);
    for (int i = 0; i < 4; i++) {
        square += (int64_t)q[i] * q[i];
    }
    square -= 1ll << 60;
    REQUIRE(square < 1ll << 37 && square > -(1ll << 37));
    REQUIRE(pl_ori_valid(&state, &coef));
    pl_ori_rate(&state, &coef, v);
    pl_ori_force(&state, &coef, v);
    pl_ori_bias(&state, &coef, v);
    REQUIRE(pl_ori_flags(&state, &coef) < 16u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    if (!start(&in)) {
        return 0;
    }
    while (in.left > 0) {
        uint32_t what = fuzz_byte(&in) % 8u;
        int begun = state.begun & PL_ORI_BEGUN_LEVEL;
        if (what < 3u) {
            samples(&in);
        } else if (what < 5u) {
            words(&in);
        } else if (what == 5u) {
            pl_ori_gap(&state, &coef, fuzz_word(&in) % 512u);
        } else if (what == 6u) {
            int32_t bias[3] = { (int32_t)fuzz_word(&in), (int32_t)fuzz_word(&in),
                                (int32_t)fuzz_word(&in) };
            pl_ori_set_bias(&state, &coef, bias);
        } else {
            restore(&in);
        }
        /* Nothing but an upset of the memory makes the filter forget its attitude. */
        REQUIRE((state.begun & PL_ORI_BEGUN_LEVEL) >= begun);
        check();
    }
    return 0;
}
