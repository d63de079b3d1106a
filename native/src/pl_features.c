#include "pl_features.h"

#include "pl_fixed.h"

/* Dynamic acceleration above this, in G12, does not add to powers: 13 squares fit 32 bits. */
#define POWER_LIMIT 16384
/* What goes into bands: differences of two means and products of two of them fit as well. */
#define BAND_LIMIT 9000
#define FORCE_LIMIT 65535
#define GRAVITY 4096
/* Sums of so many rates fit 32 bits. */
#define RATES_LIMIT 4096u

/* A step: bands 3 and 4 together rise through HIGH after having been below LOW, 0.34 s after the
 * last. */
#define STEP_HIGH 123
#define STEP_LOW (-123)
#define STEP_GAP 35u

/* Columns of `past`. */
enum { PAST_V, PAST_X, PAST_Y, PAST_Z, PAST_RATE, PASTS };

void pl_feat_coef_init(pl_feat_coef *coef, const int32_t align[4], uint32_t gyr_fs_mdps,
                       uint32_t acc_fs_ug) {
    for (unsigned column = 0; column < 3u; column++) {
        /* A sensor's axis as the segment sees it: turned by the inverse of align. */
        const int32_t inverse[4] = { align[0], -align[1], -align[2], -align[3] };
        int32_t axis[3] = { 0, 0, 0 };
        int32_t turned[3];
        axis[column] = 1 << 28;
        fx_rotate(turned, inverse, axis);
        for (unsigned row = 0; row < 3u; row++) {
            int64_t m = turned[row];
            unsigned at = 3u * row + column;
            /* Q28 -> Q14; mdps and ug of 32768 counts -> units of one, with Q12 and Q13. */
            coef->turn[at] = (int32_t)((m + (1 << 13)) >> 14);
            coef->gyr[at] = (int32_t)(m * gyr_fs_mdps / ((int64_t)125 << 28));
            coef->acc[at] = (int32_t)(m * acc_fs_ug / ((int64_t)15625 << 24));
        }
    }
}

void pl_feat_rates_init(pl_feat_rates *rates) {
    *rates = (pl_feat_rates){ .n = 0 };
}

static void clear(pl_feat_sums *sums) {
    *sums = (pl_feat_sums){ .min = INT32_MAX, .max = INT32_MIN };
}

void pl_feat_init(pl_feat_state *state) {
    *state = (pl_feat_state){ .begun = 0 };
    clear(&state->sums);
}

static inline int32_t row_product(const int32_t *row, const int16_t *v) {
    return row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
}

void pl_feat_bias(pl_feat_rates *rates, const pl_feat_coef *coef, const int32_t bias_udps[3]) {
    for (unsigned k = 0; k < 3u; k++) {
        int64_t sum = 0;
        for (unsigned j = 0; j < 3u; j++) {
            sum += (int64_t)coef->turn[3u * k + j] * bias_udps[j];
        }
        /* Q14 10^-6 deg/s -> 1/64 deg/s. */
        rates->bias[k] = (int32_t)(sum * 64 / ((int64_t)1000000 << 14));
    }
}

/* The vertical as the segment sees it, Q14. */
static inline void vertical(const pl_feat_coef *coef, const int32_t q[4], int32_t up[3]) {
    int32_t w = q[0] >> 15;
    int32_t x = q[1] >> 15;
    int32_t y = q[2] >> 15;
    int32_t z = q[3] >> 15;
    int32_t a = (x * z - w * y) >> 15;
    int32_t b = (y * z + w * x) >> 15;
    int32_t c = (w * w - x * x - y * y + z * z) >> 16;
    for (unsigned k = 0; k < 3u; k++) {
        const int32_t *row = coef->turn + 3u * k;
        up[k] = (row[0] * a + row[1] * b + row[2] * c) >> 14;
    }
}

static void clear_rates(pl_feat_rates *rates) {
    rates->sum[0] = rates->sum[1] = rates->sum[2] = 0;
    rates->turn = 0;
    rates->n = 0;
}

static inline void add_rates(pl_feat_rates *rates, const pl_feat_coef *coef, const int16_t *gyr,
                             const int32_t up[3], int32_t rate[3]) {
    int32_t turn = 0;
    /* A block has some 13; only a sensor whose partner has died ever comes here. */
    if (rates->n == RATES_LIMIT) {
        clear_rates(rates);
    }
    for (unsigned k = 0; k < 3u; k++) {
        rate[k] = (row_product(coef->gyr + 3u * k, gyr) >> 12) - rates->bias[k];
        rates->sum[k] += rate[k];
        turn += (rate[k] >> 6) * up[k];
    }
    /* Whole deg/s here would lose slow turns: the fraction goes in apart. */
    int32_t rest = 0;
    for (unsigned k = 0; k < 3u; k++) {
        rest += (rate[k] & 63) * up[k];
    }
    rates->turn += (turn >> 8) + (rest >> 14);
    rates->n++;
}

void pl_feat_rates_update(pl_feat_rates *rates, const pl_feat_coef *coef, const int16_t sample[6],
                          const int32_t q[4]) {
    int32_t up[3];
    int32_t rate[3];
    vertical(coef, q, up);
    add_rates(rates, coef, sample, up, rate);
}

/* Takes x into the exponential means first .. 5 and gives those. */
static inline void means(int32_t *state, unsigned first, unsigned n, int32_t x, int32_t *mean) {
    for (unsigned i = 0; i < n; i++) {
        unsigned k = first + i;
        state[i] += x - (state[i] >> k);
        mean[i] = state[i] >> k;
    }
}

static inline void add_square(uint32_t *sum, int32_t x) {
    *sum += (uint32_t)(x * x);
}

static inline void count_step(pl_feat_state *state, int32_t band) {
    if (state->since_step < UINT16_MAX) {
        state->since_step++;
    }
    if (band < STEP_LOW) {
        state->armed = 1;
    } else if (band > STEP_HIGH && state->armed && state->since_step >= STEP_GAP) {
        state->armed = 0;
        state->since_step = 0;
        state->sums.steps++;
    }
}

/* Products of the vertical acceleration with the horizontal one and the pitch rate, now and ago. */
static void correlate(pl_feat_state *state, const int32_t now[PASTS]) {
    int16_t *slot = state->past[state->at];
    unsigned recent = state->at + PL_FEAT_LAG - PL_FEAT_LAG_SHORT;
    const int16_t *short_ago = state->past[recent >= PL_FEAT_LAG ? recent - PL_FEAT_LAG : recent];
    for (unsigned k = 0; k < 3u; k++) {
        state->sums.quadrature[k] += now[PAST_V] * slot[PAST_X + k] - slot[PAST_V] * now[PAST_X + k];
        state->sums.quadrature_short[k] +=
            now[PAST_V] * short_ago[PAST_X + k] - short_ago[PAST_V] * now[PAST_X + k];
    }
    state->sums.pitch_quadrature += now[PAST_V] * slot[PAST_RATE] - slot[PAST_V] * now[PAST_RATE];
    state->sums.pitch_product += now[PAST_V] * now[PAST_RATE];
    state->sums.sway[0] += now[PAST_X] * now[PAST_X];
    state->sums.sway[1] += now[PAST_Y] * now[PAST_Y];
    state->sums.sway[2] += now[PAST_X] * now[PAST_Y];
    for (unsigned k = 0; k < PASTS; k++) {
        slot[k] = (int16_t)now[k];
    }
    state->at = (uint16_t)(state->at + 1u < PL_FEAT_LAG ? state->at + 1u : 0u);
}

/* The means start where the signal is, as if it had always been there. */
static void begin(pl_feat_state *state, int32_t v, const int32_t h[3], const int32_t force[3]) {
    for (unsigned i = 0; i < 5u; i++) {
        state->mean_v[i] = v * (1 << (i + 1u));
    }
    for (unsigned axis = 0; axis < 2u; axis++) {
        for (unsigned i = 0; i < 4u; i++) {
            state->mean_f[axis][i] = h[axis] * (1 << (i + 2u));
        }
    }
    state->mean_z = h[2] * 4;
    for (unsigned i = 0; i < PL_FEAT_LAG; i++) {
        state->past[i][PAST_V] = (int16_t)v;
        for (unsigned k = 0; k < 3u; k++) {
            state->past[i][PAST_X + k] = (int16_t)h[k];
        }
    }
    for (unsigned k = 0; k < 3u; k++) {
        state->last[k] = force[k];
    }
    state->begun = 1;
}

/* Splits specific force (G12) into what is dynamic and vertical, and what is horizontal. */
static int32_t split(pl_feat_state *state, const int32_t force[3], const int32_t up[3],
                     int32_t h[3]) {
    int32_t total = (force[0] * up[0] + force[1] * up[1] + force[2] * up[2]) >> 14;
    int32_t v = total - GRAVITY;
    for (unsigned k = 0; k < 3u; k++) {
        int32_t x = force[k] - ((up[k] * total) >> 14);
        state->sums.force[1u + k] += x;
        h[k] = fx_clamp(x, BAND_LIMIT);
    }
    state->sums.force[0] += v;
    if (v > state->sums.max) {
        state->sums.max = v;
    }
    if (v < state->sums.min) {
        state->sums.min = v;
    }
    add_square(&state->sums.power[0], fx_clamp(v, POWER_LIMIT));
    return fx_clamp(v, BAND_LIMIT);
}

static void add_bands(pl_feat_state *state, int32_t v, const int32_t h[3], const int32_t rate[3]) {
    int32_t mean[5];
    int32_t now[PASTS];
    uint32_t *band = state->sums.band;
    means(state->mean_v, 1, 5, v, mean);
    for (unsigned i = 0; i < 4u; i++) {
        add_square(band++, mean[i] - mean[i + 1u]);
    }
    now[PAST_V] = mean[1];
    count_step(state, mean[2] - mean[4]);
    for (unsigned axis = 0; axis < 2u; axis++) {
        means(state->mean_f[axis], 2, 4, h[axis], mean);
        for (unsigned i = 0; i < 3u; i++) {
            add_square(band++, mean[i] - mean[i + 1u]);
        }
        add_square(band++, mean[3]);
        now[PAST_X + axis] = mean[0];
    }
    means(&state->mean_z, 2, 1, h[2], mean);
    now[PAST_Z] = mean[0];
    for (unsigned axis = 0; axis < 3u; axis++) {
        means(state->mean_r[axis], 2, 4, rate[axis], mean);
        for (unsigned i = 0; i < 3u; i++) {
            add_square(band++, mean[i] - mean[i + 1u]);
        }
        if (axis == 1u) {
            now[PAST_RATE] = mean[0];
        }
    }
    const int16_t *before = state->past[state->at != 0u ? state->at - 1u : PL_FEAT_LAG - 1u];
    for (unsigned k = PAST_X; k <= PAST_Y; k++) {
        int32_t change = now[k] - before[k];
        state->sums.path += change < 0 ? -change : change;
    }
    correlate(state, now);
}

void pl_feat_update(pl_feat_state *state, const pl_feat_coef *coef, const int16_t sample[6],
                    const int32_t q[4]) {
    int32_t up[3];
    int32_t rate[3];
    int32_t force[3];
    int32_t h[3];
    vertical(coef, q, up);
    add_rates(&state->rates, coef, sample, up, rate);
    uint32_t rate_power = 0;
    for (unsigned k = 0; k < 3u; k++) {
        state->sums.up[k] += up[k];
        force[k] = fx_clamp(row_product(coef->acc + 3u * k, sample + 3) >> 13, FORCE_LIMIT);
        rate[k] = fx_clamp(rate[k] >> 2, BAND_LIMIT);
        rate_power += (uint32_t)(rate[k] * rate[k]);
    }
    state->sums.power[1] += rate_power;
    int32_t v = split(state, force, up, h);
    if (!state->begun) {
        begin(state, v, h, force);
    }
    uint32_t jerk = 0;
    for (unsigned k = 0; k < 3u; k++) {
        int32_t change = fx_clamp(force[k] - state->last[k], BAND_LIMIT);
        jerk += (uint32_t)(change * change);
        state->last[k] = force[k];
    }
    state->sums.power[2] += jerk;
    add_bands(state, v, h, rate);
}

void pl_feat_rates_block(pl_feat_rates *rates, int32_t out[4]) {
    int32_t n = (int32_t)rates->n;
    for (unsigned k = 0; k < 4u; k++) {
        int32_t sum = k < 3u ? rates->sum[k] : rates->turn;
        /* 1/64 deg/s -> cdeg/s */
        out[k] = n != 0 ? sum / n * 25 / 16 + sum % n * 25 / (16 * n) : 0;
    }
    clear_rates(rates);
}

void pl_feat_block(pl_feat_state *state, int32_t out[PL_FEAT_FIELDS]) {
    int32_t n = (int32_t)state->rates.n;
    if (n == 0) {
        for (unsigned k = 0; k < PL_FEAT_FIELDS; k++) {
            out[k] = 0;
        }
        return;
    }
    pl_feat_rates_block(&state->rates, out + PL_FEAT_RATE);
    for (unsigned k = 0; k < 3u; k++) {
        out[PL_FEAT_UP + k] = state->sums.up[k] / n;
        out[PL_FEAT_VERTICAL_POWER + k] = (int32_t)(state->sums.power[k] / (uint32_t)n);
        out[PL_FEAT_QUADRATURE + k] = state->sums.quadrature[k] / n;
        out[PL_FEAT_QUADRATURE_SHORT + k] = state->sums.quadrature_short[k] / n;
        out[PL_FEAT_SWAY + k] = state->sums.sway[k] / n;
    }
    for (unsigned k = 0; k < 4u; k++) {
        out[PL_FEAT_VERTICAL + k] = state->sums.force[k] / n;
    }
    for (unsigned k = 0; k < 21u; k++) {
        out[PL_FEAT_VERTICAL_BAND + k] = (int32_t)(state->sums.band[k] / (uint32_t)n);
    }
    out[PL_FEAT_VERTICAL_MAX] = state->sums.max;
    out[PL_FEAT_VERTICAL_MIN] = state->sums.min;
    out[PL_FEAT_PITCH_QUADRATURE] = state->sums.pitch_quadrature / n;
    out[PL_FEAT_PITCH_PRODUCT] = state->sums.pitch_product / n;
    out[PL_FEAT_SWAY_PATH] = state->sums.path;
    out[PL_FEAT_STEPS] = state->sums.steps;
    clear(&state->sums);
}
