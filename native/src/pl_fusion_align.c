/* Sensor-to-segment calibration and inclination of a segment: see pl_fusion.h. */
#include <stddef.h>
#include <string.h>

#include "pl_fixed.h"
#include "pl_fusion.h"

#define ONE (1 << 30)

/* Up direction in the body's frame, from an attitude earth <- body. */
static void up_of(int32_t up[3], const int32_t q[4]) {
    static const int32_t z[3] = { 0, 0, ONE };
    const int32_t back[4] = { q[0], -q[1], -q[2], -q[3] };
    fx_rotate(up, back, z);
}

/* Angle between two unit vectors. */
static int32_t between_cdeg(const int32_t a[3], const int32_t b[3]) {
    int32_t c[3];
    uint32_t across, sine;
    fx_cross(c, a, b);
    fx_atan2(c[0], c[1], &across);
    fx_atan2((int32_t)across, c[2], &sine);
    return fx_cdeg(fx_atan2((int32_t)sine, fx_dot(a, b), NULL));
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
    memcpy(fresh.q, al->q, sizeof fresh.q);
    fresh.quality = al->quality;
    fresh.rate_mhz = al->rate_mhz;
    *al = fresh;
}

void pl_align_still(pl_align *al, const int32_t q[4], uint32_t flags) {
    int32_t up[3];
    if (al->still >= 8192 * 16) {
        return; /* the sums are full, and long enough for any rate */
    }
    up_of(up, q);
    if (al->still == 0) {
        memcpy(al->first_up, up, sizeof up);
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

void pl_align_bend(pl_align *al, const int32_t q[4]) {
    int32_t up[3];
    up_of(up, q);
    if (!al->bending) {
        al->bending = 1;
        memcpy(al->far_up, up, sizeof up);
    } else {
        /* The turn since the last call, as seen by the sensor, small: twice the vector part. */
        const int32_t back[4] = { al->last_q[0], -al->last_q[1], -al->last_q[2], -al->last_q[3] };
        int32_t d[4];
        fx_qmul(d, back, q);
        int32_t x = d[1] >> 10, y = d[2] >> 10, z = d[3] >> 10;
        al->turn[0] += (int64_t)x * x;
        al->turn[1] += (int64_t)x * y;
        al->turn[2] += (int64_t)x * z;
        al->turn[3] += (int64_t)y * y;
        al->turn[4] += (int64_t)y * z;
        al->turn[5] += (int64_t)z * z;
        if (fx_dot(up, al->first_up) < fx_dot(al->far_up, al->first_up)) {
            memcpy(al->far_up, up, sizeof up);
        }
    }
    memcpy(al->last_q, q, sizeof al->last_q);
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

/* a . turn . b, for turns whose trace has been scaled below 2^30; a, b unit. */
static int32_t moment(const int32_t turn[6], const int32_t a[3], const int32_t b[3]) {
    const int32_t row[3] = {
        fx_dot((const int32_t[3]){ turn[0], turn[1], turn[2] }, b),
        fx_dot((const int32_t[3]){ turn[1], turn[3], turn[4] }, b),
        fx_dot((const int32_t[3]){ turn[2], turn[4], turn[5] }, b),
    };
    return fx_dot(a, row);
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
    memcpy(q, table[largest], sizeof table[0]);
    /* (own, ...) is 4 part q: bring it to length 1. */
    fx_unit(q, 4);
}

/* Up direction while standing, sensor frame; 0 or PL_EALIGN_*. */
static int find_up(const pl_align *al, int32_t z[3]) {
    int error = check_still(al);
    if (error) {
        return error;
    }
    memcpy(z, al->sum_up, sizeof al->sum_up);
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
    int32_t turn[6];
    for (int i = 0; i < 6; i++) {
        turn[i] = (int32_t)(al->turn[i] >> shift);
    }
    int32_t total = (int32_t)(all >> shift);
    int32_t xx = moment(turn, x, x), xy = moment(turn, x, y), yy = moment(turn, y, y);
    /* Twice the direction's angle from y towards x is that of (yy - xx, 2 xy); adding the length
       to the first halves the angle. */
    uint32_t length;
    int32_t twice = fx_atan2(2 * xy, yy - xx, &length);
    al->crooked_cdeg = fx_cdeg(twice / 2);
    int32_t to_y = (yy - xx + (int32_t)length) / 4, to_x = xy / 2;
    for (int i = 0; i < 3; i++) {
        y[i] = fx_mul_shift(y[i], to_y, 30) + fx_mul_shift(x[i], to_x, 30);
    }
    if (total < 100 || !fx_unit(y, 3)) {
        return 0;
    }
    fx_cross(x, y, z);
    return (xx / 2 + yy / 2 + (int32_t)(length / 2)) / (total / 100);
}

int pl_align_finish(pl_align *al) {
    int32_t x[3], y[3], z[3];
    int error = find_up(al, z);
    if (error) {
        return error;
    }
    al->bend_cdeg = al->bending ? between_cdeg(z, al->far_up) : 0;
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

int pl_align_level(pl_align *al, const int32_t nominal[4]) {
    static const int32_t up[3] = { 0, 0, ONE }, forward[3] = { ONE, 0, 0 };
    int32_t z[3], from[3], half[4];
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
    int64_t square = 0;
    for (int i = 0; i < 4; i++) {
        if (q[i] > ONE + ONE / 100 || q[i] < -ONE - ONE / 100) {
            return PL_EFUSION_STATE;
        }
        unit[i] = q[i];
        square += (int64_t)q[i] * q[i];
    }
    int64_t lack = (1ll << 60) - square;
    if (lack > (1ll << 60) / 50 || lack < -(1ll << 60) / 50) {
        return PL_EFUSION_STATE;
    }
    fx_unit(unit, 4);
    memcpy(al->q, unit, sizeof unit);
    return 0;
}

void pl_align_segment(const pl_align *al, const int32_t q[4], int32_t out[4]) {
    fx_qmul(out, q, al->q);
}

void pl_align_vector(const pl_align *al, const int32_t v[3], int32_t out[3]) {
    const int32_t back[4] = { al->q[0], -al->q[1], -al->q[2], -al->q[3] };
    fx_rotate(out, back, v);
}

void pl_tilt(const int32_t q[4], int32_t tilt_cdeg[2]) {
    int32_t up[3];
    uint32_t sagittal;
    up_of(up, q);
    tilt_cdeg[0] = fx_cdeg(fx_atan2(-up[0], up[2], &sagittal));
    tilt_cdeg[1] = fx_cdeg(fx_atan2(up[1], (int32_t)sagittal, NULL));
}
