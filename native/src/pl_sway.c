#include "pl_sway.h"

#include "pl_fixed.h"

#define ONE28 (1 << 28)
#define PI28 843314857
#define CUTOFF_MHZ 3500
/* cos(10 degrees), Q30. */
#define UPRIGHT 1057429273
/* 1.6 g in 10^-6 m/s^2. */
#define HOLD 16000000
/* 1 / Q of the stages of a Butterworth filter of order 4: 2 cos(3 pi / 8), 2 cos(pi / 8); Q28. */
static const int32_t DAMPING[2] = { 205451603, 496004047 };

/* tan x, 0 < x < 0.6, Q28: Taylor to x^9, the rest is below 2^-28. */
static int64_t tangent(int64_t x) {
    int64_t square = (x * x) >> 28;
    int64_t sine = ONE28;
    int64_t cosine = ONE28;
    for (int64_t k = 8; k >= 2; k -= 2) {
        sine = ONE28 - ((square * sine) >> 28) / (k * (k + 1));
        cosine = ONE28 - ((square * cosine) >> 28) / (k * (k - 1));
    }
    return ((x * sine) >> 28) * ONE28 / cosine;
}

/* Bilinear transform of the analogue stages (e.g. Oppenheim and Schafer). */
static void design(pl_sway_stage *stage, int64_t k, int32_t damping) {
    int64_t square = (k * k) >> 28;
    int64_t a0 = ONE28 + ((k * damping) >> 28) + square;
    stage->b = (int32_t)(square * ONE28 / a0);
    stage->a1 = (int32_t)(2 * (square - ONE28) * ONE28 / a0);
    /* Whatever was rounded, a constant passes as it is. */
    stage->a2 = 4 * stage->b - ONE28 - stage->a1;
}

int pl_sway_init(pl_sway *sway, pl_sway_coef *coef, uint32_t rate_mhz, uint32_t acc_fs_ug,
                 const int32_t align[4]) {
    if (rate_mhz < 20000u || rate_mhz > 250000u) {
        return PL_ESWAY_RATE;
    }
    if (acc_fs_ug < 1900000u || acc_fs_ug > 32000000u) {
        return PL_ESWAY_SCALE;
    }
    int64_t k = tangent((int64_t)PI28 * CUTOFF_MHZ / rate_mhz);
    design(&coef->low_pass[0], k, DAMPING[0]);
    design(&coef->low_pass[1], k, DAMPING[1]);
    const int32_t x_axis[3] = { 1 << 27, 0, 0 };
    fx_rotate(coef->forward, align, x_axis);
    for (unsigned i = 0; i < 3u; i++) {
        coef->forward[i] *= 8;
    }
    coef->rate_mhz = rate_mhz;
    /* 10^-6 g -> 10^-6 m/s^2; 32768 counts, Q14. */
    coef->unit = (int32_t)((uint64_t)acc_fs_ug * 980665u / 200000u);
    coef->level = PL_SWAY_LEVEL_MS * (rate_mhz / 1000u) / 1000u;
    coef->settle = PL_SWAY_SETTLE_MS * (rate_mhz / 1000u) / 1000u;
    *sway = (pl_sway){ .n = 0 };
    return 0;
}

/* Forward and leftward in the sensor's frame, from the mean specific force. */
static int find_axes(pl_sway *sway, const pl_sway_coef *coef) {
    int32_t up[3];
    int32_t ahead[3];
    int32_t left[3];
    for (unsigned i = 0; i < 3u; i++) {
        up[i] = sway->level_sum[i];
    }
    if (!fx_unit(up, 3)) {
        return PL_ESWAY_LEVEL;
    }
    int32_t along = fx_dot(up, coef->forward);
    for (unsigned i = 0; i < 3u; i++) {
        ahead[i] = coef->forward[i] - fx_mul_shift(up[i], along, 30);
    }
    if (along > UPRIGHT || along < -UPRIGHT || !fx_unit(ahead, 3)) {
        return PL_ESWAY_LEVEL;
    }
    fx_cross(left, up, ahead);
    for (unsigned i = 0; i < 3u; i++) {
        sway->axis[0][i] = (ahead[i] + (1 << 15)) >> 16;
        sway->axis[1][i] = (left[i] + (1 << 15)) >> 16;
    }
    return 0;
}

static int32_t low_pass(pl_sway_memory *memory, const pl_sway_stage *stage, int32_t x) {
    int64_t sum = (int64_t)stage->b * ((int64_t)x + 2 * (int64_t)memory->x[0] + memory->x[1])
        - (int64_t)stage->a1 * memory->y[0] - (int64_t)stage->a2 * memory->y[1];
    int32_t y = (int32_t)((sum + (1 << 27)) >> 28);
    memory->x[1] = memory->x[0];
    memory->x[0] = x;
    memory->y[1] = memory->y[0];
    memory->y[0] = y;
    return y;
}

/* As if the signal had always been x. */
static void begin(pl_sway_memory memory[2], int32_t x) {
    for (unsigned i = 0; i < 2u; i++) {
        memory[i].x[0] = memory[i].x[1] = memory[i].y[0] = memory[i].y[1] = x;
    }
}

static void count(pl_sway *sway, const int32_t now[2]) {
    if (sway->counted != 0u) {
        int64_t dx = now[0] - sway->last[0];
        int64_t dy = now[1] - sway->last[1];
        uint64_t square = (uint64_t)(dx * dx + dy * dy);
        sway->change += square;
        sway->path += fx_sqrt64(square);
    }
    sway->counted++;
    for (unsigned i = 0; i < 2u; i++) {
        sway->sum[i] += now[i];
        sway->square[i] += (int64_t)now[i] * now[i];
        sway->last[i] = now[i];
    }
    sway->square[2] += (int64_t)now[0] * now[1];
}

void pl_sway_update(pl_sway *sway, const pl_sway_coef *coef, const int16_t acc[3]) {
    if (sway->error != 0) {
        return;
    }
    if (sway->n < coef->level) {
        for (unsigned i = 0; i < 3u; i++) {
            sway->level_sum[i] += acc[i];
        }
        sway->n++;
        if (sway->n == coef->level) {
            sway->error = find_axes(sway, coef);
        }
        return;
    }
    int32_t now[2];
    for (unsigned d = 0; d < 2u; d++) {
        const int32_t *axis = sway->axis[d];
        /* Counts Q14 by the unit Q14, to Q4. */
        int64_t x = (int64_t)(axis[0] * acc[0] + axis[1] * acc[1] + axis[2] * acc[2]) * coef->unit;
        x >>= 24;
        int32_t held = x > 16 * HOLD ? 16 * HOLD : x < -16 * HOLD ? -16 * HOLD : (int32_t)x;
        if (sway->n == coef->level) {
            begin(sway->memory[d], held);
        }
        held = low_pass(&sway->memory[d][0], &coef->low_pass[0], held);
        held = low_pass(&sway->memory[d][1], &coef->low_pass[1], held);
        now[d] = (held + 8) >> 4;
    }
    if (sway->n < coef->level + coef->settle) {
        sway->n++;
    } else if (sway->counted < PL_SWAY_COUNT_MAX) {
        count(sway, now);
    }
}

static int32_t limited(uint64_t x) {
    return x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

/* sqrt(xx yy - xy^2) in the unit of its parts. */
static uint64_t root_of_determinant(const int64_t part[3]) {
    unsigned shift = 0;
    while (part[0] >> shift > INT32_MAX || part[1] >> shift > INT32_MAX) {
        shift++;
    }
    int64_t xx = part[0] >> shift;
    int64_t yy = part[1] >> shift;
    int64_t xy = part[2] >> shift;
    int64_t determinant = xx * yy - xy * xy;
    return determinant > 0 ? (uint64_t)fx_sqrt64((uint64_t)determinant) << shift : 0u;
}

int pl_sway_result(const pl_sway *sway, const pl_sway_coef *coef, int32_t out[PL_SWAY_FIELDS]) {
    int64_t n = sway->counted;
    if (sway->error != 0) {
        return sway->error;
    }
    if (sway->counted < coef->settle) {
        return PL_ESWAY_SHORT;
    }
    int64_t x = sway->sum[0] / n;
    int64_t y = sway->sum[1] / n;
    int64_t part[3] = {
        sway->square[0] / n - x * x, sway->square[1] / n - y * y, sway->square[2] / n - x * y,
    };
    for (unsigned i = 0; i < 2u; i++) {
        /* Rounding of the means can make it slightly negative. */
        part[i] = part[i] < 0 ? 0 : part[i];
    }
    out[PL_SWAY_N] = (int32_t)n;
    out[PL_SWAY_RMS_AP] = limited(fx_sqrt64((uint64_t)part[0]));
    out[PL_SWAY_RMS_ML] = limited(fx_sqrt64((uint64_t)part[1]));
    /* F(0.05; 2, m) = c (1 + c / m + 2/3 (c / m)^2 ...), c = -ln 0.05; by 2 pi, Q16. */
    uint64_t m = (uint64_t)n - 2u;
    uint64_t factor = 1233567u + 3695434u / m + 7380357u / (m * m);
    out[PL_SWAY_AREA] = limited((root_of_determinant(part) / 4u * factor >> 14) / 10000u);
    out[PL_SWAY_PATH] = limited(sway->path);
    unsigned shift = 0;
    while (sway->change >> shift >> 44 != 0u) {
        shift++;
    }
    out[PL_SWAY_JERK] = limited(
        ((sway->change >> shift) * coef->rate_mhz / 2000u << shift) / 1000000u);
    return 0;
}
