#include "pl_window.h"

#include "pl_angle.h"
#include "pl_fixed.h"

#define MARGIN ((PL_WINDOW_CONTEXT - PL_WINDOW_CORE) / 2u)

/* Added before logarithms, so that a sensor's own noise does not count: 10^-6 g^2, 0.01 (deg/s)^2 */
#define FLOOR_FORCE 17u
#define FLOOR_RATE 3u
#define FLOOR_STILL 2u
#define FLOOR_STILL_RATE 13u
/* Added to powers that others are divided by: 0.001 g^2, 1 (deg/s)^2. */
#define LEAST_FORCE 16777u
#define LEAST_RATE 256u

void pl_window_init(pl_window *window) {
    window->at = 0;
    /* Half a hop after the first block has come to the middle: one vector for each second. */
    window->due = PL_WINDOW_CONTEXT / 2u + PL_WINDOW_HOP / 2u;
    window->begun = 0;
}

static void put(pl_window *window, const int32_t *features) {
    uint32_t at = window->at;
    const int32_t *up = features + PL_FEAT_UP;
    uint32_t sagittal = fx_sqrt((uint32_t)(up[0] * up[0] + up[2] * up[2]));
    for (unsigned k = 0; k < PL_WINDOW_KEPT; k++) {
        window->kept[at][k] = features[k];
    }
    int32_t flexion = pl_atan2_cdeg(-up[0], up[2]);
    window->flexion[at] = (int16_t)flexion;
    window->lateral[at] = (int16_t)pl_atan2_cdeg(up[1], (int32_t)sagittal);
    window->at = at + 1u < PL_WINDOW_CONTEXT ? at + 1u : 0u;
}

int pl_window_push(pl_window *window, const int32_t features[PL_FEAT_FIELDS]) {
    if (!window->begun) {
        for (unsigned i = 1; i < PL_WINDOW_CONTEXT; i++) {
            put(window, features);
        }
        window->begun = 1;
    }
    put(window, features);
    if (--window->due != 0u) {
        return 0;
    }
    window->due = PL_WINDOW_HOP;
    return 1;
}

/* Slot of the i-th block from the oldest one. */
static unsigned slot(const pl_window *window, unsigned i) {
    unsigned at = window->at + i;
    return at < PL_WINDOW_CONTEXT ? at : at - PL_WINDOW_CONTEXT;
}

static int64_t sum(const pl_window *window, unsigned field, unsigned first, unsigned n) {
    int64_t total = 0;
    for (unsigned i = first; i < first + n; i++) {
        total += window->kept[slot(window, i)][field];
    }
    return total;
}

static int32_t core_mean(const pl_window *window, unsigned field) {
    return (int32_t)(sum(window, field, MARGIN, PL_WINDOW_CORE) / (int32_t)PL_WINDOW_CORE);
}

static int16_t narrow(int64_t x) {
    return (int16_t)(x > 32767 ? 32767 : x < -32767 ? -32767 : x);
}

/* log2(x), Q8, x > 0; linear between powers of two. */
static int16_t log2_q8(uint32_t x) {
    unsigned whole = 0;
    for (uint32_t y = x; y > 1u; y >>= 1) {
        whole++;
    }
    uint32_t fraction = whole >= 8u ? x >> (whole - 8u) : x << (8u - whole);
    return (int16_t)(whole * 256u + (fraction & 255u));
}

static int16_t log_mean(const pl_window *window, unsigned field, uint32_t floor) {
    return log2_q8((uint32_t)core_mean(window, field) + floor);
}

static int16_t ratio(int32_t x, uint32_t by) {
    return narrow((int64_t)x * 1024 / (int64_t)by);
}

static void bands(const pl_window *window, int16_t *out) {
    for (unsigned k = 0; k < 12u; k++) {
        out[PL_WINDOW_VERTICAL_BAND + k] =
            log_mean(window, PL_FEAT_VERTICAL_BAND + k, FLOOR_FORCE);
    }
    for (unsigned k = 0; k < 9u; k++) {
        out[PL_WINDOW_RATE_BAND + k] = log_mean(window, PL_FEAT_RATE_BAND + k, FLOOR_RATE);
    }
}

static void correlations(const pl_window *window, int16_t *out) {
    uint32_t power = (uint32_t)core_mean(window, PL_FEAT_VERTICAL_POWER) + LEAST_FORCE;
    uint32_t rate = (uint32_t)core_mean(window, PL_FEAT_RATE_POWER) + LEAST_RATE;
    uint32_t root = fx_sqrt(power) * fx_sqrt(rate);
    for (unsigned k = 0; k < 2u; k++) {
        unsigned axis = 2u * k;
        out[PL_WINDOW_QUADRATURE + k] =
            ratio(core_mean(window, PL_FEAT_QUADRATURE + axis), power);
        out[PL_WINDOW_QUADRATURE_SHORT + k] =
            ratio(core_mean(window, PL_FEAT_QUADRATURE_SHORT + axis), power);
    }
    out[PL_WINDOW_QUADRATURE_Y] = ratio(core_mean(window, PL_FEAT_QUADRATURE + 1u), power);
    out[PL_WINDOW_POWER] = log_mean(window, PL_FEAT_VERTICAL_POWER, FLOOR_FORCE);
    out[PL_WINDOW_PITCH_QUADRATURE] = ratio(core_mean(window, PL_FEAT_PITCH_QUADRATURE), root);
    out[PL_WINDOW_PITCH_PRODUCT] = ratio(core_mean(window, PL_FEAT_PITCH_PRODUCT), root);
}

/* Standard deviation over the core; |values| < 2^15. */
static int16_t deviation(const pl_window *window, unsigned field) {
    int32_t mean = core_mean(window, field);
    uint32_t square = 0;
    for (unsigned i = 0; i < PL_WINDOW_CORE; i++) {
        int32_t x = fx_clamp(window->kept[slot(window, MARGIN + i)][field] - mean, 14000);
        square += (uint32_t)(x * x);
    }
    return narrow((int64_t)fx_sqrt(square / PL_WINDOW_CORE));
}

static void attitude(const pl_window *window, int16_t *out) {
    for (unsigned k = 0; k < 2u; k++) {
        unsigned field = PL_FEAT_UP + k;
        out[PL_WINDOW_UP + k] = narrow(core_mean(window, field) / 8);
        out[PL_WINDOW_UP_DEVIATION + k] = deviation(window, field);
        out[PL_WINDOW_PEAKS + k] = narrow(core_mean(window, PL_FEAT_VERTICAL_MAX + k) / 8);
        int64_t first = sum(window, field, MARGIN, 6);
        int64_t last = sum(window, field, MARGIN + PL_WINDOW_CORE - 6u, 6);
        out[PL_WINDOW_UP_CHANGE + k] = narrow((last - first) / 48);
        if (k == 0u) {
            int64_t middle = sum(window, field, MARGIN + 7u, 6);
            out[PL_WINDOW_UP_MIDDLE] = narrow((2 * middle - first - last) / 96);
        }
    }
    out[PL_WINDOW_UP_Z] = narrow(core_mean(window, PL_FEAT_UP + 2u) / 8);
    int32_t least = INT32_MAX;
    int32_t most = INT32_MIN;
    for (unsigned i = 0; i < PL_WINDOW_CORE; i++) {
        int32_t x = window->kept[slot(window, MARGIN + i)][PL_FEAT_UP];
        least = x < least ? x : least;
        most = x > most ? x : most;
    }
    out[PL_WINDOW_UP_RANGE] = narrow((most - least) / 8);
}

/* Angles for classification: one branch cut, between prone and supine, where nobody stays. */
static int16_t angle(int32_t cdeg) {
    return narrow(cdeg / 16);
}

static int32_t unwound(int32_t flexion) {
    int32_t x = flexion > 11000 ? flexion - 36000 : flexion;
    return x < -13000 ? -13000 : x > 6000 ? 6000 : x;
}

static void posture(const pl_window *window, int16_t *out) {
    int32_t x = core_mean(window, PL_FEAT_UP);
    int32_t y = core_mean(window, PL_FEAT_UP + 1u);
    int32_t z = core_mean(window, PL_FEAT_UP + 2u);
    int32_t level = (int32_t)fx_sqrt((uint32_t)(x * x + y * y));
    int32_t sagittal = (int32_t)fx_sqrt((uint32_t)(x * x + z * z));
    out[PL_WINDOW_FLEXION] = angle(unwound(pl_atan2_cdeg(-x, z)));
    out[PL_WINDOW_INCLINATION] = angle(pl_atan2_cdeg(level, z));
    out[PL_WINDOW_LATERAL] = angle(pl_atan2_cdeg(y, sagittal));
    out[PL_WINDOW_STILL_VERTICAL] =
        log_mean(window, PL_FEAT_VERTICAL_BAND + 1u, FLOOR_STILL);
    out[PL_WINDOW_STILL_RATE] = log_mean(window, PL_FEAT_RATE_POWER, FLOOR_STILL_RATE);
}

/* End, lowest and highest of the double integral over n blocks about the middle, in 2 mm. */
static void height(const pl_window *window, unsigned n, int16_t *out) {
    unsigned first = (PL_WINDOW_CONTEXT - n) / 2u;
    int32_t start = (int32_t)sum(window, PL_FEAT_VERTICAL, first, 4);
    int32_t end = (int32_t)sum(window, PL_FEAT_VERTICAL, first + n - 4u, 4);
    int32_t x[PL_WINDOW_CONTEXT];
    int32_t mean = 0;
    for (unsigned i = 0; i < n; i++) {
        /* G12 times 16, less the line from start to end. */
        int32_t line = start * 4 + (end - start) * 4 * (int32_t)i / (int32_t)(n - 1u);
        x[i] = window->kept[slot(window, first + i)][PL_FEAT_VERTICAL] * 16 - line;
        mean += x[i];
    }
    mean /= (int32_t)n;
    int64_t speed = 0;
    int64_t place = 0;
    int64_t lowest = 0;
    int64_t highest = 0;
    for (unsigned i = 0; i < n; i++) {
        speed += x[i] - mean;
        place += speed;
        lowest = place < lowest ? place : lowest;
        highest = place > highest ? place : highest;
    }
    /* 9.80665 m/s^2 / 65536 * (1/8 s)^2 = 1 / 855 of 2 mm. */
    out[0] = narrow(place / 855);
    out[1] = narrow(lowest / 855);
    out[2] = narrow(highest / 855);
}

static int32_t mean_flexion(const pl_window *window, unsigned first) {
    int32_t total = 0;
    for (unsigned i = 0; i < 8u; i++) {
        total += unwound(window->flexion[slot(window, first + i)]);
    }
    return total / 8;
}

static int32_t mean_lateral(const pl_window *window, unsigned first) {
    int32_t total = 0;
    for (unsigned i = 0; i < 8u; i++) {
        total += window->lateral[slot(window, first + i)];
    }
    return total / 8;
}

static int16_t log_rate(const pl_window *window, unsigned first) {
    return log2_q8((uint32_t)(sum(window, PL_FEAT_RATE_POWER, first, 8) / 8) + LEAST_RATE);
}

static void change(const pl_window *window, int16_t *out) {
    const unsigned last = PL_WINDOW_CONTEXT - 8u;
    int32_t before = mean_flexion(window, 0);
    int32_t after = mean_flexion(window, last);
    int32_t least = INT32_MAX;
    int32_t most = INT32_MIN;
    int32_t slowest = INT32_MAX;
    int32_t fastest = INT32_MIN;
    int32_t when = 0;
    for (unsigned i = 0; i < PL_WINDOW_CONTEXT; i++) {
        unsigned at = slot(window, i);
        int32_t flexion = unwound(window->flexion[at]);
        int32_t rate = window->kept[at][PL_FEAT_RATE + 1u];
        least = flexion < least ? flexion : least;
        if (flexion > most) {
            most = flexion;
            when = (int32_t)i;
        }
        slowest = rate < slowest ? rate : slowest;
        fastest = rate > fastest ? rate : fastest;
    }
    int16_t *to = out + PL_WINDOW_CHANGE_FLEXION;
    to[0] = angle(before);
    to[1] = angle(after);
    to[2] = angle(least);
    to[3] = angle(most);
    to[4] = angle(after - before);
    to[5] = angle(most - (after > before ? after : before));
    out[PL_WINDOW_CHANGE_MIDDLE] = angle(mean_flexion(window, 16) - (before + after) / 2);
    out[PL_WINDOW_CHANGE_WHEN] = narrow((when - (int32_t)PL_WINDOW_CONTEXT / 2) * 16);
    out[PL_WINDOW_CHANGE_RATE] = log_rate(window, 0);
    out[PL_WINDOW_CHANGE_RATE + 1u] = log_rate(window, last);
    out[PL_WINDOW_CHANGE_RATE + 2u] = log_rate(window, 16);
    const unsigned half = PL_WINDOW_CONTEXT / 2u;
    for (unsigned k = 0; k < 2u; k++) {
        out[PL_WINDOW_CHANGE_PITCH + k] =
            narrow(sum(window, PL_FEAT_RATE + 1u, k * half, half) / (25 * (int32_t)half));
    }
    out[PL_WINDOW_CHANGE_PITCH + 2u] = narrow(slowest / 25);
    out[PL_WINDOW_CHANGE_PITCH + 3u] = narrow(fastest / 25);
    out[PL_WINDOW_CHANGE_LATERAL] = angle(mean_lateral(window, 0));
    out[PL_WINDOW_CHANGE_LATERAL + 1u] = angle(mean_lateral(window, last));
}

void pl_window_vector(const pl_window *window, int16_t out[PL_WINDOW_FIELDS]) {
    bands(window, out);
    correlations(window, out);
    attitude(window, out);
    posture(window, out);
    for (unsigned k = 0; k < 3u; k++) {
        height(window, 24u + 8u * k, out + PL_WINDOW_HEIGHT + 3u * k);
    }
    change(window, out);
}

static int32_t s16_at(const uint8_t *bytes) {
    return (int16_t)(bytes[0] | (uint16_t)(bytes[1] << 8));
}

static int32_t s32_at(const uint8_t *bytes) {
    return (int32_t)((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
        | (uint32_t)bytes[3] << 24);
}

void pl_window_scores(const uint8_t *weight, const uint8_t *offset, uint32_t rows,
                      uint32_t columns, uint32_t shift, const int16_t *x, int32_t *out) {
    for (uint32_t r = 0; r < rows; r++) {
        int64_t total = s32_at(offset + 4u * r);
        for (uint32_t c = 0; c < columns; c++) {
            total += s16_at(weight) * x[c];
            weight += 2;
        }
        total >>= shift;
        out[r] = (int32_t)(total > INT32_MAX ? INT32_MAX : total < INT32_MIN ? INT32_MIN : total);
    }
}
