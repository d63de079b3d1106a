/* The orientation filter's state as bytes: see pl_fusion.h. */
#include <stddef.h>
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
#define STATE_VERSION 2u

/* No padding may hide in what is saved. */
typedef char state_is_packed[sizeof(pl_ori_state) == 4 * 58 + 2 * 33 + 2 ? 1 : -1];

static FX_COLD uint32_t stamp(const pl_ori_coef *co) {
    return pl_crc32(STATE_VERSION, (const uint8_t *)co, sizeof *co);
}

FX_COLD int pl_ori_save(const pl_ori_state *st, const pl_ori_coef *co, uint8_t *bytes, uint32_t length) {
    if (length < PL_ORI_SAVED_SIZE) {
        return PL_EFUSION_SPACE;
    }
    uint32_t words[2] = { stamp(co), 0 };
    words[1] = pl_crc32(words[0], (const uint8_t *)st, sizeof *st);
    memcpy(bytes, words, sizeof words);
    memcpy(bytes + sizeof words, st, sizeof *st);
    return (int)PL_ORI_SAVED_SIZE;
}

/* Low-pass states, which follow one another in the state and have the same bounds. */
#define LOW_PASS_WORDS \
    ((offsetof(pl_ori_state, gyr_mean) - offsetof(pl_ori_state, force_s1)) / sizeof(int32_t))

static FX_COLD int within(int32_t x, int32_t max) {
    return x <= max && x >= -max;
}

static FX_COLD int all_within(const int32_t *x, uint32_t n, int32_t max) {
    for (; n > 0; n--) {
        if (!within(*x++, max)) {
            return 0;
        }
    }
    return 1;
}

/* Samples that a sum has taken since `stage` emptied it. */
static FX_COLD int32_t since(const pl_ori_state *st, const pl_ori_coef *co, int32_t stage) {
    int32_t block = 1 << co->block_log2;
    int32_t ran = ((stage + 1) * block - 1) >> BLOCK_STAGES_LOG2;
    return (st->sample - 1 - ran + block) & (block - 1);
}

/* What stands for each axis. */
static FX_COLD int axis_valid(const pl_ori_state *st, const pl_ori_coef *co, int i) {
    int32_t limit = co->bias_limit, origin = st->bias_origin[i];
    /* The force's sum is turned by the correction when an eighth of a block is in it. */
    int32_t in_force = since(st, co, 0), eighth = (1 << co->block_log2) >> 3;
    in_force += in_force >= eighth ? 1 + eighth / 2 : 0;
    int32_t in_raw = since(st, co, 4) * 32768;
    return within(origin, 2 * limit) && st->bias[i] <= origin + limit
        && st->bias[i] >= origin - limit && within(st->h[i], STEP_H_MAX)
        && within(st->row[i], 16384) && within(st->sum_force[i], in_force * BLOCK_SAMPLE_FORCE_MAX)
        && within(st->sum_raw[i], in_raw) && within(st->sum_raw[3 + i], in_raw);
}

FX_COLD int pl_ori_valid(const pl_ori_state *st, const pl_ori_coef *co) {
    return st->sample >> co->block_log2 == 0 && st->block < 12
        && st->start <= 2 * co->rest_blocks && st->rest <= co->rest_blocks
        && st->settle <= 3 * co->settle_blocks
        && st->sure <= co->settle_blocks && st->frozen <= co->settle_blocks
        && all_within(st->q, 4, (BLOCK_Q_PART_MAX + 1) << 15) 
        && pl_ori_is_unit(FX_ROUND(st->q[0], 15), FX_ROUND(st->q[1], 15), FX_ROUND(st->q[2], 15),
                          FX_ROUND(st->q[3], 15))
        && all_within(st->p, 6, BLOCK_P_MAX) && st->p[0] > 0 && st->p[3] > 0 && st->p[5] > 0
        && all_within(st->gyr_mean, 3, (1 << 29) + (1 << 17))
        && all_within(st->force_s1, LOW_PASS_WORDS, BLOCK_LOW_PASS_MAX)
        && st->correction[0] != INT16_MIN && st->correction[1] != INT16_MIN
        && axis_valid(st, co, 0) && axis_valid(st, co, 1) && axis_valid(st, co, 2);
}

FX_COLD int pl_ori_restore(pl_ori_state *st, const pl_ori_coef *co, const uint8_t *bytes,
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
