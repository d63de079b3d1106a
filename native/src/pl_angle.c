#include "pl_angle.h"

/*
 * CORDIC in vectoring mode (J. Volder, The CORDIC Trigonometric Computing Technique, 1959).
 * atan(2^-i) in cdeg, Q12.
 */
static const int32_t ATAN[] = {
    18432000, 10881045, 5749245, 2918407, 1464867, 733147, 366663, 183343,
    91673,    45837,    22918,   11459,   5730,    2865,   1432,   716,
};

int32_t pl_atan2_cdeg(int32_t y, int32_t x) {
    int32_t turned = 0;
    if (x == 0 && y == 0) {
        return 0;
    }
    /* The vector grows by 1.647 on its way: head room, after the turn into the right half. */
    x >>= 1;
    y >>= 1;
    if (x < 0) {
        turned = y >= 0 ? 18000 : -18000;
        x = -x;
        y = -y;
    }
    /* Small vectors are made large, so that the shifts below keep their angle. */
    while (x < (1 << 27) && y < (1 << 27) && y > -(1 << 27)) {
        x *= 2;
        y *= 2;
    }
    int32_t angle = 0;
    for (unsigned i = 0; i < sizeof(ATAN) / sizeof(ATAN[0]); i++) {
        int32_t dx = x >> i;
        int32_t dy = y >> i;
        if (y > 0) {
            x += dy;
            y -= dx;
            angle += ATAN[i];
        } else {
            x -= dy;
            y += dx;
            angle -= ATAN[i];
        }
    }
    angle = (angle + (1 << 11)) >> 12;
    return turned + angle;
}
