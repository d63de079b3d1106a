/*
 * The orientation filter of native/include/pl_fusion.h in double precision and without regard to
 * cost: what it should compute.  Angles in rad, specific force in g, bias in rad/s.
 */
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define DEG (PI / 180)

typedef struct { double g, a1, a2; } coefficients;
typedef struct { double s1, s2; } low_pass;

static coefficients butterworth(double tau, double period) {
    double g = tan(period / (sqrt(2) * tau)), a1 = 1 / (1 + g * (g + sqrt(2)));
    return (coefficients){ g, a1, g * a1 };
}

static double filtered(low_pass *f, const coefficients *c, double in) {
    double v1 = c->a1 * f->s1 + c->a2 * (in - f->s2), v2 = f->s2 + c->g * v1;
    f->s1 = 2 * v1 - f->s1;
    f->s2 = 2 * v2 - f->s2;
    return v2;
}

static void cross(double out[3], const double a[3], const double b[3]) {
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double clamp(double x, double limit) {
    return fmax(-limit, fmin(limit, x));
}

/* q := q (x) p */
static void multiply(double q[4], const double p[4]) {
    double v[3];
    cross(v, q + 1, p + 1);
    double w = q[0] * p[0] - dot(q + 1, p + 1);
    for (int i = 0; i < 3; i++) {
        v[i] += q[0] * p[1 + i] + p[0] * q[1 + i];
    }
    q[0] = w;
    memcpy(q + 1, v, sizeof v);
}

static void from_half_angles(double q[4], const double h[3]) {
    double size = sqrt(dot(h, h)), s = size > 0 ? sin(size) / size : 1;
    q[0] = cos(size);
    for (int i = 0; i < 3; i++) {
        q[1 + i] = s * h[i];
    }
}

static void matrix(double r[3][3], const double q[4]) {
    double w = q[0], x = q[1], y = q[2], z = q[3];
    double m[3][3] = {
        { 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y) },
        { 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x) },
        { 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y) },
    };
    memcpy(r, m, sizeof m);
}

static void rotate(double out[3], double r[3][3], const double v[3]) {
    for (int i = 0; i < 3; i++) {
        out[i] = dot(r[i], v);
    }
}

/* One scalar measurement of the bias; variances in (0.01 deg/s)^2. */
static void measure(double bias[3], double p[3][3], const double row[3], double error,
                    double variance) {
    double ph[3];
    for (int i = 0; i < 3; i++) {
        ph[i] = dot(p[i], row);
    }
    double s = variance + dot(ph, row);
    for (int i = 0; i < 3; i++) {
        bias[i] = clamp(bias[i] + ph[i] / s * clamp(error, 15 * DEG), 15 * DEG);
        for (int j = 0; j < 3; j++) {
            p[i][j] -= ph[i] * ph[j] / s;
        }
    }
}

void reference_run(double rate, double delay, int n, const double *gyr, const double *acc,
                   double *quat) {
    double period = 1 / rate, q[4] = { 1, 0, 0, 0 }, last[3] = { 0 }, bias[3] = { 0 };
    double p[3][3] = { { 2500, 0, 0 }, { 0, 2500, 0 }, { 0, 0, 2500 } };
    int size = 1;
    while (2 * size * period <= 0.085) {
        size *= 2;
    }
    double block = size * period;
    coefficients slow = butterworth(3, block), rows = butterworth(3, 2 * block);
    coefficients raw = butterworth(0.5, block);
    double w_motion = (1e4 / block + 100) / 4, w_rest = (81 / block + 9) / 6;
    low_pass force[3] = { { 0 } }, row[2][3] = { { { 0 } } }, still[6] = { { 0 } };
    double correction[3] = { 0 }, mean[6] = { 0 }, anchor[3] = { 0 }, sum_force[3] = { 0 }, sum_raw[6] = { 0 };
    int begun = 0, running = 0, moved = 1, calm = 0, settled = 0, blocks = 0;

    { /* Level with the first sample. */
        double size2 = sqrt(dot(acc, acc)), u[3] = { acc[0] / size2, acc[1] / size2, acc[2] / size2 };
        double angle = acos(clamp(u[2], 1)) / 2, flat = hypot(u[0], u[1]);
        double h[3] = { flat > 0 ? u[1] / flat * angle : angle, flat > 0 ? -u[0] / flat * angle : 0, 0 };
        from_half_angles(q, h);
    }
    for (int t = 0; t < n; t++, gyr += 3, acc += 3, quat += 4) {
        double h[3], coning[3], turn[3], step[4], lag[3], r[3][3], f[3];
        for (int i = 0; i < 3; i++) {
            h[i] = (gyr[i] - bias[i]) * period / 2;
        }
        if (t > 0) {
            cross(coning, last, h);
            for (int i = 0; i < 3; i++) {
                turn[i] = h[i] + coning[i] / 6;
            }
            from_half_angles(step, turn);
            multiply(q, step);
            cross(lag, h, acc);
            for (int i = 0; i < 3; i++) {
                f[i] = acc[i] - lag[i];
            }
            matrix(r, q);
            rotate(f, r, (double[3]){ f[0], f[1], f[2] });
            for (int i = 0; i < 3; i++) {
                sum_force[i] += f[i];
                sum_raw[i] += gyr[i];
                sum_raw[3 + i] += acc[i];
                moved |= fabs(gyr[i] - mean[i]) > 2 * DEG || fabs(acc[i] - mean[3 + i]) > 0.051;
            }
            memcpy(last, h, sizeof h);
        }

        /* The correction that an eighth of a block ago was found, as the integers have it. */
        if (t % size == size / 4) {
            double back[4], c[3][3];
            from_half_angles(back, correction);
            matrix(c, back);
            multiply(back, q);
            memcpy(q, back, sizeof q);
            double s1[3] = { force[0].s1, force[1].s1, force[2].s1 };
            double s2[3] = { force[0].s2, force[1].s2, force[2].s2 };
            for (int i = 0; i < 3; i++) {
                force[i].s1 = dot(c[i], s1);
                force[i].s2 = dot(c[i], s2);
            }
            rotate(sum_force, c, (double[3]){ sum_force[0], sum_force[1], sum_force[2] });
        }

        memcpy(quat, q, sizeof q);
        double ahead[4], to[3] = { h[0] * delay * rate, h[1] * delay * rate, h[2] * delay * rate };
        from_half_angles(ahead, to);
        multiply(quat, ahead);

        if (t < size || t % size != size / 8) {
            if (t < size && t % size == size / 8) {
                memset(sum_force, 0, sizeof sum_force); /* not a whole block yet */
                memset(sum_raw, 0, sizeof sum_raw);
            }
            continue;
        }
        /* Slow part, all at once. */
        running += running < 1000;
        double v[3];
        for (int i = 0; i < 3; i++) {
            if (running * block < 3) {
                force[i].s1 = 0;
                v[i] = force[i].s2 += (sum_force[i] / size - force[i].s2) / running;
            } else {
                v[i] = filtered(&force[i], &slow, sum_force[i] / size);
            }
            sum_force[i] = 0;
        }
        double tilt = atan2(hypot(v[0], v[1]), v[2]), flat = hypot(v[0], v[1]);
        correction[0] = flat > 0 ? v[1] / flat * fmin(tilt, 0.25) / 2 : 0;
        correction[1] = flat > 0 ? -v[0] / flat * fmin(tilt, 0.25) / 2 : 0;
        settled = v[2] < 0.5 || v[2] > 1.5 || tilt > 0.1 ? 0 : settled + 1;

        int which = blocks % 2;
        matrix(r, q);
        double measured[3];
        for (int i = 0; i < 3; i++) {
            measured[i] = filtered(&row[which][i], &rows, r[which][i]);
        }

        int rest = begun && !moved;
        for (int i = 0; i < 6; i++) {
            double in = sum_raw[i] / size;
            sum_raw[i] = 0;
            if (moved) {
                mean[i] = i < 3 ? gyr[i] : acc[i - 3];
            } else if (begun) {
                mean[i] = filtered(&still[i], &raw, in);
            } else {
                still[i] = (low_pass){ 0, in };
                mean[i] = in;
            }
            rest &= fabs(i < 3 ? mean[i] / (15 * DEG) : (mean[i] - anchor[i - 3]) / 0.0255) < 1;
        }
        begun = !moved;
        moved = 0;
        calm = rest ? calm + 1 : 0;
        if (!rest) {
            memcpy(anchor, mean + 3, sizeof anchor);
        }

        for (int i = 0; i < 3; i++) {
            p[i][i] += p[i][i] < 2500 ? block : 0;
        }
        int turn_of = blocks++;
        if (turn_of % 4 > 1) {
            continue;
        }
        if (calm * block >= 1.5) {
            double unit[3] = { 0 }, error = mean[turn_of % 3] - bias[turn_of % 3];
            unit[turn_of % 3] = 1;
            measure(bias, p, unit, error, w_rest);
            running = fabs(error) > 15 * DEG / 16 ? 0 : running;
        } else if (settled * block >= 2) {
            measure(bias, p, measured, -2 * correction[which] / block, w_motion);
        }
    }
}
