/* Sensor-to-segment calibration and inclination of a segment: see pl_fusion.h. */
#include <stddef.h>
#include <string.h>

#include "pl_fixed.h"
#include "pl_fusion.h"

#define ONE (1 << 30)
/* So many calls make the sums full, which is long enough for any rate: 2^17. */
#define CALLS_MAX (8192 * 16)

/* The inverse of an attitude. */
static void conjugate(int32_t out[4], const int32_t q[4]) {
    out[0] = q[0];
    out[1] = -q[1];
    out[2] = -q[2];
    out[3] = -q[3];
}

/* Up direction in the body's frame, from an attitude earth <- body. */
static void up_of(int32_t up[3], const int32_t q[4]) {
    static const int32_t z[3] = { 0, 0, ONE };
    int32_t back[4];
    conjugate(back, q);
    fx_rotate(up, back, z);
}

/* Angle between two unit vectors. */
static int32_t between_cdeg(const int32_t a[3], const int32_t b[3]) {
    int32_t c[3], across, sine;
    fx_cross(c, a, b);
    fx_atan2(c[0], c[1], &across);
    fx_atan2(across, c[2], &sine);
    return fx_cdeg(fx_atan2(sine, fx_dot(a, b), NULL));
}

int pl_align_init(pl_align *al, uint32_t rate_mhz) {
    if (rate_mhz < 1000 || rate_mhz > PL_ORI_RATE_MAX_MHZ) {
        return PL_EFUSION_RATE;
    }
    memset(al, 0, sizeof *al);
    al->q[0] = ONE;
    al->rate_mhz = (int32_t)rate_mhz;
    return 0;
}

void pl_align_begin(pl_align *al) {
    pl_align fresh;
    memset(&fresh, 0, sizeof fresh);
    fx_copy(fresh.q, al->q, 4);
    fresh.quality = al->quality;
    fresh.rate_mhz = al->rate_mhz;
    *al = fresh;
}

void pl_align_still(pl_align *al, const int32_t q[4], uint32_t flags) {
    int32_t up[3];
    if (al->still >= CALLS_MAX) {
        return;
    }
    up_of(up, q);
    if (al->still == 0) {
        fx_copy(al->first_up, up, 3);
    }
    int32_t sway = between_cdeg(al->first_up, up);
    if (sway > al->sway_cdeg) {
        al->sway_cdeg = sway;
    }
    for (int i = 0; i < 3; i++) {
        al->sum_up[i] += up[i] >> 18;
    }
    al->still++;
    al->unsure += !(flags & PL_ORI_CONVERGED);
}

/* One more call: adds the turn from the last attitude to this one, as seen by the sensor. */
static void add_turn(pl_align *al, const int32_t q[4]) {
    int32_t back[4], d[4];
    conjugate(back, al->last_q);
    fx_qmul(d, back, q);
    /* Small as it is, it is twice the vector part. */
    int32_t x = d[1] >> 10, y = d[2] >> 10, z = d[3] >> 10;
    al->turn[0] += fx_mul_64(x, x);
    al->turn[1] += fx_mul_64(x, y);
    al->turn[2] += fx_mul_64(x, z);
    al->turn[3] += fx_mul_64(y, y);
    al->turn[4] += fx_mul_64(y, z);
    al->turn[5] += fx_mul_64(z, z);
    al->bend++;
}

void pl_align_bend(pl_align *al, const int32_t q[4]) {
    int32_t up[3];
    if (al->bend >= CALLS_MAX) {
        return;
    }
    up_of(up, q);
    if (al->bend == 0) {
        al->bend = 1;
        fx_copy(al->far_up, up, 3);
    } else {
        add_turn(al, q);
        if (fx_dot(up, al->first_up) < fx_dot(al->far_up, al->first_up)) {
            fx_copy(al->far_up, up, 3);
        }
    }
    fx_copy(al->last_q, q, 4);
}

static int check_still(const pl_align *al) {
    if ((uint64_t)(uint32_t)al->still * 1000000u < (uint64_t)PL_ALIGN_STILL_MS * (uint32_t)al->rate_mhz) {
        return PL_EALIGN_SHORT;
    }
    if (al->unsure > 0) {
        return PL_EALIGN_UNSURE;
    }
    return al->sway_cdeg > PL_ALIGN_SWAY_CDEG ? PL_EALIGN_MOVED : 0;
}

/* a . turn . b, held within `limit`; a, b unit. */
static int32_t moment(const int32_t turn[6], const int32_t a[3], const int32_t b[3],
                      int32_t limit) {
    const int32_t row[3] = {
        fx_dot((const int32_t[3]){ turn[0], turn[1], turn[2] }, b),
        fx_dot((const int32_t[3]){ turn[1], turn[3], turn[4] }, b),
        fx_dot((const int32_t[3]){ turn[2], turn[4], turn[5] }, b),
    };
    return fx_clamp(fx_dot(a, row), limit);
}

/* The rotation matrix with these columns as a quaternion (Shepperd: from its largest part). */
static void from_axes(int32_t q[4], const int32_t x[3], const int32_t y[3], const int32_t z[3]) {
    const int32_t trace[4] = {
        x[0] / 4 + y[1] / 4 + z[2] / 4, x[0] / 4 - y[1] / 4 - z[2] / 4,
        y[1] / 4 - x[0] / 4 - z[2] / 4, z[2] / 4 - x[0] / 4 - y[1] / 4,
    };
    /* Four times the products of the quaternion's parts, over 4. */
    const int32_t wx = y[2] / 4 - z[1] / 4, wy = z[0] / 4 - x[2] / 4, wz = x[1] / 4 - y[0] / 4;
    const int32_t xy = y[0] / 4 + x[1] / 4, xz = z[0] / 4 + x[2] / 4, yz = z[1] / 4 + y[2] / 4;
    int largest = 0;
    for (int i = 1; i < 4; i++) {
        if (trace[i] > trace[largest]) {
            largest = i;
        }
    }
    int32_t own = ONE / 4 + trace[largest];
    const int32_t table[4][4] = {
        { own, wx, wy, wz }, { wx, own, xy, xz }, { wy, xy, own, yz }, { wz, xz, yz, own },
    };
    fx_copy(q, table[largest], 4);
    /* (own, ...) is 4 part q: bring it to length 1. */
    fx_unit(q, 4);
}

/* Up direction while standing, sensor frame; 0 or PL_EALIGN_*. */
static int find_up(const pl_align *al, int32_t z[3]) {
    int error = check_still(al);
    if (error) {
        return error;
    }
    fx_copy(z, al->sum_up, 3);
    return fx_unit(z, 3) ? 0 : PL_EALIGN_MOVED;
}

/*
 * Turns the axes x and y about z so that y is the main direction of turning; its share of all
 * turning in per cent, 0 if there is no main direction near y.
 */
static int32_t find_axis(pl_align *al, int32_t x[3], int32_t y[3], const int32_t z[3]) {
    int64_t all = al->turn[0] + al->turn[3] + al->turn[5];
    unsigned shift = 0;
    while (all >> shift >= ONE) {
        shift++;
    }
    int32_t total = (int32_t)(all >> shift), turn[6];
    if (total < 100) {
        return 0;
    }
    for (int i = 0; i < 6; i++) {
        turn[i] = fx_narrow(al->turn[i] >> shift, ONE);
    }
    /* None is above the trace, nor the one off the diagonal above half of it. */
    int32_t xx = moment(turn, x, x, ONE - 1), yy = moment(turn, y, y, ONE - 1);
    int32_t xy = moment(turn, x, y, ONE / 2);
    /* Twice the direction's angle from y towards x is that of (yy - xx, 2 xy); adding the length
       to the first halves the angle. */
    int32_t length;
    int32_t twice = fx_atan2(2 * xy, yy - xx, &length);
    length = fx_clamp(length, ONE - 1);
    al->crooked_cdeg = fx_cdeg(twice / 2);
    int32_t to_y = (int32_t)(((int64_t)yy - xx + length) / 4), to_x = xy / 2;
    for (int i = 0; i < 3; i++) {
        y[i] = fx_narrow((fx_mul_64(y[i], to_y) >> 30) + (fx_mul_64(x[i], to_x) >> 30), INT32_MAX);
    }
    if (!fx_unit(y, 3)) {
        return 0;
    }
    fx_cross(x, y, z);
    return (xx / 2 + yy / 2 + length / 2) / (total / 100);
}

int pl_align_finish(pl_align *al) {
    int32_t x[3], y[3], z[3];
    int error = find_up(al, z);
    if (error) {
        return error;
    }
    al->bend_cdeg = al->bend > 0 ? between_cdeg(z, al->far_up) : 0;
    if (al->bend_cdeg < PL_ALIGN_BEND_CDEG) {
        return PL_EALIGN_SMALL;
    }
    /* Bending forward the up direction goes backwards, from z to cos z - sin x. */
    fx_cross(y, al->far_up, z);
    if (!fx_unit(y, 3)) {
        return PL_EALIGN_CROOKED; /* bent by 180 degrees */
    }
    fx_cross(x, y, z);
    int32_t share = find_axis(al, x, y, z);
    int32_t crooked = al->crooked_cdeg < 0 ? -al->crooked_cdeg : al->crooked_cdeg;
    int32_t quality = share - crooked / 50;
    if (quality < PL_ALIGN_QUALITY_MIN) {
        return PL_EALIGN_CROOKED;
    }
    al->quality = quality > 100 ? 100 : quality;
    from_axes(al->q, x, y, z);
    return 0;
}

/* 1 if |q| is 1 within 1 %. */
static int is_unit(const int32_t q[4]) {
    int64_t square = 0;
    for (int i = 0; i < 4; i++) {
        if (q[i] > ONE + ONE / 100 || q[i] < -ONE - ONE / 100) {
            return 0;
        }
        square += fx_mul_64(q[i], q[i]);
    }
    int64_t lack = (1ll << 60) - square;
    return lack <= (1ll << 60) / 50 && lack >= -(1ll << 60) / 50;
}

int pl_align_level(pl_align *al, const int32_t nominal[4]) {
    static const int32_t up[3] = { 0, 0, ONE }, forward[3] = { ONE, 0, 0 };
    int32_t z[3], from[3], half[4];
    if (!is_unit(nominal)) {
        return PL_EALIGN_NOMINAL;
    }
    int error = find_up(al, z);
    if (error) {
        return error;
    }
    fx_rotate(from, nominal, up);
    fx_cross(&half[1], from, z);
    half[0] = ONE / 2 + fx_dot(from, z) / 2;
    for (int i = 1; i < 4; i++) {
        half[i] /= 2;
    }
    if (half[0] < ONE / 65536) {
        /* Upside down: any axis across would do; keep forward where it is. */
        half[0] = 0;
        fx_rotate(&half[1], nominal, forward);
    }
    fx_unit(half, 4);
    fx_qmul(al->q, half, nominal);
    al->quality = 0;
    return 0;
}

int pl_align_set(pl_align *al, const int32_t q[4]) {
    int32_t unit[4];
    if (!is_unit(q)) {
        return PL_EFUSION_STATE;
    }
    fx_copy(unit, q, 4);
    fx_unit(unit, 4);
    fx_copy(al->q, unit, 4);
    return 0;
}

void pl_align_segment(const pl_align *al, const int32_t q[4], int32_t out[4]) {
    fx_qmul(out, q, al->q);
}

void pl_align_vector(const pl_align *al, const int32_t v[3], int32_t out[3]) {
    int32_t back[4];
    conjugate(back, al->q);
    fx_rotate(out, back, v);
}

void pl_tilt(const int32_t q[4], int32_t tilt_cdeg[2]) {
    int32_t up[3], sagittal;
    up_of(up, q);
    tilt_cdeg[0] = fx_cdeg(fx_atan2(-up[0], up[2], &sagittal));
    tilt_cdeg[1] = fx_cdeg(fx_atan2(up[1], sagittal, NULL));
}
