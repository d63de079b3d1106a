/* The orientation filter's state as bytes: see pl_fusion.h. */
#include <string.h>

#include "pl_crc.h"
#include "pl_fixed.h"
#include "pl_fusion.h"
#include "pl_fusion_block.h"
#include "pl_fusion_step.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "saved states are memory images of little-endian processors"
#endif

/* To be raised whenever the state's layout or meaning changes. */
#define STATE_VERSION 1u

/* No padding may hide in what is saved. */
typedef char state_is_packed[sizeof(pl_ori_state) == 4 * 58 + 2 * 33 + 2 ? 1 : -1];

static uint32_t stamp(const pl_ori_coef *co) {
    return pl_crc32(STATE_VERSION, (const uint8_t *)co, sizeof *co);
}

int pl_ori_save(const pl_ori_state *st, const pl_ori_coef *co, uint8_t *bytes, uint32_t length) {
    if (length < PL_ORI_SAVED_SIZE) {
        return PL_EFUSION_SPACE;
    }
    uint32_t words[2] = { stamp(co), 0 };
    words[1] = pl_crc32(words[0], (const uint8_t *)st, sizeof *st);
    memcpy(bytes, words, sizeof words);
    memcpy(bytes + sizeof words, st, sizeof *st);
    return (int)PL_ORI_SAVED_SIZE;
}

/* All n values of x within [-max, max]. */
static int all_within(const int32_t *x, int n, int32_t max) {
    for (int i = 0; i < n; i++) {
        if (x[i] > max || x[i] < -max) {
            return 0;
        }
    }
    return 1;
}

static int all_within16(const int16_t *x, int n, int32_t max) {
    for (int i = 0; i < n; i++) {
        if (x[i] > max || x[i] < -max) {
            return 0;
        }
    }
    return 1;
}

/* Samples that a sum has taken since `stage` emptied it. */
static int32_t since(const pl_ori_state *st, const pl_ori_coef *co, int32_t stage) {
    int32_t block = 1 << co->block_log2;
    int32_t ran = ((stage + 1) * block - 1) >> BLOCK_STAGES_LOG2;
    return (st->sample - 1 - ran + block) & (block - 1);
}

static int sums_valid(const pl_ori_state *st, const pl_ori_coef *co) {
    /* The force's sum is turned by the correction when an eighth of a block is in it. */
    int32_t force = since(st, co, 0) + 1 + ((1 << co->block_log2) >> 4);
    return st->sample >> co->block_log2 == 0
        && all_within(st->sum_force, 3, force * BLOCK_SAMPLE_FORCE_MAX)
        && all_within(st->sum_raw, 6, since(st, co, 4) * 32768);
}

static int bias_valid(const pl_ori_state *st, const pl_ori_coef *co) {
    if (!all_within(st->bias_origin, 3, co->bias_origin_max)
        || !all_within(st->bias, 3, co->bias_origin_max + co->bias_limit)
        || !all_within(st->p, 6, BLOCK_P_MAX) || !all_within(st->gyr_mean, 3, 1 << 30)) {
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        int32_t away = st->bias[i] - st->bias_origin[i];
        if (away > co->bias_limit || away < -co->bias_limit) {
            return 0;
        }
    }
    return st->p[0] > 0 && st->p[3] > 0 && st->p[5] > 0;
}

int pl_ori_valid(const pl_ori_state *st, const pl_ori_coef *co) {
    if (!all_within(st->q, 4, BLOCK_Q_MAX)) {
        return 0;
    }
    int32_t lack = (1 << 29) - pl_ori_norm(st->q);
    return lack <= BLOCK_NORM_SLACK && lack >= -BLOCK_NORM_SLACK
        && bias_valid(st, co) && sums_valid(st, co)
        && all_within(st->force_s1, 3, BLOCK_LOW_PASS_MAX)
        && all_within(st->force_s2, 3, BLOCK_LOW_PASS_MAX)
        && all_within(st->row_s1[0], 6, BLOCK_SHORT_MAX)
        && all_within(st->row_s2[0], 6, BLOCK_SHORT_MAX)
        && all_within(st->still_s1, 6, BLOCK_LOW_PASS_MAX)
        && all_within(st->still_s2, 6, BLOCK_LOW_PASS_MAX)
        && all_within16(st->row, 3, 16384) && all_within16(st->h, 3, STEP_H_MAX)
        && all_within16(st->correction, 2, 32767)
        && st->block < 6
        && st->start <= co->start_blocks && st->settle <= co->settle_blocks
        && st->rest <= co->rest_blocks && st->frozen <= co->frozen_blocks;
}

int pl_ori_restore(pl_ori_state *st, const pl_ori_coef *co, const uint8_t *bytes,
                   uint32_t length) {
    uint32_t words[2];
    pl_ori_state saved;
    if (length < PL_ORI_SAVED_SIZE) {
        return PL_EFUSION_STATE;
    }
    memcpy(words, bytes, sizeof words);
    memcpy(&saved, bytes + sizeof words, sizeof saved);
    if (words[0] != stamp(co) || words[1] != pl_crc32(words[0], (const uint8_t *)&saved, sizeof saved)
        || !pl_ori_valid(&saved, co)) {
        return PL_EFUSION_STATE;
    }
    *st = saved;
    return 0;
}
