#include "madgwick.h"

#include <string.h>

/* The gain that its author gives for inertial sensors: sqrt(3/4) times 5 deg/s, less for better
   ones; 0.033 is his value for the best accuracy. */
#define BETA 0.033f

/* 1 / sqrt(x): bits first, then three Newton steps. */
static float inverse_root(float x) {
    float half = 0.5f * x, y;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = 0x5F3759DFu - (bits >> 1);
    memcpy(&y, &bits, sizeof y);
    for (int i = 0; i < 3; i++) {
        y = y * (1.5f - half * y * y);
    }
    return y;
}

void madgwick_init(madgwick *m, float period_s, float gyr_fs_dps) {
    *m = (madgwick){ .q = { 1, 0, 0, 0 } };
    m->turn = gyr_fs_dps * period_s * (0.0174532925f * 0.5f / 32768.0f);
    m->step = BETA * period_s;
}

void madgwick_update(madgwick *m, const int16_t s[6]) {
    float w = m->q[0], x = m->q[1], y = m->q[2], z = m->q[3];
    float gx = (float)s[0] * m->turn, gy = (float)s[1] * m->turn, gz = (float)s[2] * m->turn;
    float dw = -x * gx - y * gy - z * gz;
    float dx = w * gx + y * gz - z * gy;
    float dy = w * gy - x * gz + z * gx;
    float dz = w * gz + x * gy - y * gx;
    if (s[3] || s[4] || s[5]) {
        float ax = (float)s[3], ay = (float)s[4], az = (float)s[5];
        float scale = inverse_root(ax * ax + ay * ay + az * az);
        /* Difference between where gravity should be seen and where it is. */
        float fx = 2.0f * (x * z - w * y) - ax * scale;
        float fy = 2.0f * (w * x + y * z) - ay * scale;
        float fz = 1.0f - 2.0f * (x * x + y * y) - az * scale;
        /* Its gradient, but for a factor of 2. */
        float sw = -y * fx + x * fy;
        float sx = z * fx + w * fy - 2.0f * x * fz;
        float sy = -w * fx + z * fy - 2.0f * y * fz;
        float sz = x * fx + y * fy;
        float length = sw * sw + sx * sx + sy * sy + sz * sz;
        if (length != 0.0f) {
            float back = m->step * inverse_root(length);
            dw -= back * sw;
            dx -= back * sx;
            dy -= back * sy;
            dz -= back * sz;
        }
    }
    w += dw;
    x += dx;
    y += dy;
    z += dz;
    float scale = inverse_root(w * w + x * x + y * y + z * z);
    m->q[0] = w * scale;
    m->q[1] = x * scale;
    m->q[2] = y * scale;
    m->q[3] = z * scale;
}
