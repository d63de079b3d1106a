#include "pl_smooth.h"

#include "pl_fixed.h"

#define PADDING 16u
/* 0.05 in Q16. */
#define THRESHOLD 3277
#define PROFILE_MAX 16383u

/* sin(pi i / 512), Q14, a quarter of a turn. */
static const int16_t SINE[257] = {
    0, 101, 201, 302, 402, 503, 603, 704, 804, 904, 1005, 1105, 1205, 1306, 1406, 1506, 1606, 1706,
    1806, 1906, 2006, 2105, 2205, 2305, 2404, 2503, 2603, 2702, 2801, 2900, 2999, 3098, 3196, 3295,
    3393, 3492, 3590, 3688, 3786, 3883, 3981, 4078, 4176, 4273, 4370, 4467, 4563, 4660, 4756, 4852,
    4948, 5044, 5139, 5235, 5330, 5425, 5520, 5614, 5708, 5803, 5897, 5990, 6084, 6177, 6270, 6363,
    6455, 6547, 6639, 6731, 6823, 6914, 7005, 7096, 7186, 7276, 7366, 7456, 7545, 7635, 7723, 7812,
    7900, 7988, 8076, 8163, 8250, 8337, 8423, 8509, 8595, 8680, 8765, 8850, 8935, 9019, 9102, 9186,
    9269, 9352, 9434, 9516, 9598, 9679, 9760, 9841, 9921, 10001, 10080, 10159, 10238, 10316, 10394,
    10471, 10549, 10625, 10702, 10778, 10853, 10928, 11003, 11077, 11151, 11224, 11297, 11370,
    11442, 11514, 11585, 11656, 11727, 11797, 11866, 11935, 12004, 12072, 12140, 12207, 12274,
    12340, 12406, 12472, 12537, 12601, 12665, 12729, 12792, 12854, 12916, 12978, 13039, 13100,
    13160, 13219, 13279, 13337, 13395, 13453, 13510, 13567, 13623, 13678, 13733, 13788, 13842,
    13896, 13949, 14001, 14053, 14104, 14155, 14206, 14256, 14305, 14354, 14402, 14449, 14497,
    14543, 14589, 14635, 14680, 14724, 14768, 14811, 14854, 14896, 14937, 14978, 15019, 15059,
    15098, 15137, 15175, 15213, 15250, 15286, 15322, 15357, 15392, 15426, 15460, 15493, 15525,
    15557, 15588, 15619, 15649, 15679, 15707, 15736, 15763, 15791, 15817, 15843, 15868, 15893,
    15917, 15941, 15964, 15986, 16008, 16029, 16049, 16069, 16088, 16107, 16125, 16143, 16160,
    16176, 16192, 16207, 16221, 16235, 16248, 16261, 16273, 16284, 16295, 16305, 16315, 16324,
    16332, 16340, 16347, 16353, 16359, 16364, 16369, 16373, 16376, 16379, 16381, 16383, 16384,
    16384,
};

int pl_smooth_init(pl_smooth *smooth, uint16_t *ring, uint32_t room, uint32_t rate_mhz,
                   uint32_t gyr_fs_mdps) {
    if (rate_mhz < 25000u || rate_mhz > 250000u) {
        return PL_ESMOOTH_RATE;
    }
    *smooth = (pl_smooth){ .ring = ring, .room = room, .rate_mhz = rate_mhz };
    /* mdps of 32768 counts -> 1/1024 deg/s of one, Q8. */
    smooth->scale = (int32_t)(gyr_fs_mdps / 125u);
    return 0;
}

void pl_smooth_bias(pl_smooth *smooth, const int32_t bias_udps[3]) {
    for (unsigned i = 0; i < 3u; i++) {
        smooth->bias[i] = (int32_t)((int64_t)bias_udps[i] * 1024 / 1000000);
    }
}

void pl_smooth_update(pl_smooth *smooth, const int16_t gyr[3]) {
    uint64_t square = 0;
    for (unsigned i = 0; i < 3u; i++) {
        int32_t rate = (int32_t)(((int64_t)gyr[i] * smooth->scale) >> 8) - smooth->bias[i];
        square += (uint64_t)((int64_t)rate * rate);
    }
    uint32_t speed = (fx_sqrt64(square) + 8u) >> 4;
    smooth->ring[smooth->count % smooth->room] = (uint16_t)(speed > UINT16_MAX ? UINT16_MAX : speed);
    smooth->count++;
}

/* sin of an angle of 1024 a turn, Q14. */
static inline int32_t quarter(uint32_t i) {
    uint32_t in_half = i & 511u;
    int32_t value = SINE[in_half <= 256u ? in_half : 512u - in_half];
    return (i & 512u) != 0u ? -value : value;
}

/* cos and -sin of an angle of 2^32 a turn, Q14. */
static inline void turn(uint32_t angle, int32_t out[2]) {
    uint32_t coarse = angle >> 22;
    /* What is left of the angle, in radians, Q20: 2 pi / 2^32 = 6434 / 2^20 / 2^22. */
    int32_t fine = (int32_t)(((angle & 0x3FFFFFu) >> 6) * 6434u >> 16);
    int32_t sine = quarter(coarse);
    int32_t cosine = quarter(coarse + 256u);
    out[0] = cosine - ((sine * fine) >> 20);
    out[1] = -sine - ((cosine * fine) >> 20);
}

/* (re, im) by a turn in Q14. */
static inline void multiply(int32_t re, int32_t im, const int32_t by[2], int32_t out[2]) {
    out[0] = (fx_mul_s16(re, by[0]) - fx_mul_s16(im, by[1])) * 4;
    out[1] = (fx_mul_s16(re, by[1]) + fx_mul_s16(im, by[0])) * 4;
}

/* In place, decimation in frequency: the outcome stands in bit-reversed order.  |z| grows by up
 * to 2^log2_n. */
static void transform(int32_t *z, unsigned log2_n) {
    uint32_t n = 1u << log2_n;
    for (uint32_t half = n >> 1; half != 0u; half >>= 1) {
        for (uint32_t j = 0; j < half; j++) {
            int32_t twiddle[2];
            turn((uint32_t)(((uint64_t)j << 31) / half), twiddle);
            for (uint32_t i = j; i < n; i += 2u * half) {
                int32_t *a = z + 2u * i;
                int32_t *b = a + 2u * half;
                int32_t re = a[0] - b[0];
                int32_t im = a[1] - b[1];
                a[0] += b[0];
                a[1] += b[1];
                multiply(re, im, twiddle, b);
            }
        }
    }
}

static uint32_t reversed(uint32_t i, unsigned bits) {
    uint32_t out = 0;
    for (; bits != 0u; bits--) {
        out = out << 1 | (i & 1u);
        i >>= 1;
    }
    return out;
}

typedef struct {
    const uint16_t *ring;
    uint32_t room;
    uint32_t first;
    uint32_t n;
    uint32_t scale; /* Q16: makes 14 bits of a speed */
} stretch;

/* The spectrum's bins 16 j + part for all j within `count` bins, into bins[]. */
static void spectrum_part(const stretch *s, uint32_t part, int32_t *z, unsigned log2_n,
                          int32_t *bins, uint32_t count) {
    uint32_t at = s->first % s->room;
    uint32_t step = part << (32u - log2_n - 4u);
    for (uint32_t i = 0; i < 1u << log2_n; i++) {
        int32_t rotation[2] = { 0, 0 };
        if (i < s->n) {
            int32_t x = (int32_t)((s->ring[at] * s->scale) >> 16);
            turn(i * step, rotation);
            rotation[0] = (x * rotation[0]) >> 9;
            rotation[1] = (x * rotation[1]) >> 9;
            at = at + 1u < s->room ? at + 1u : 0u;
        }
        z[2u * i] = rotation[0];
        z[2u * i + 1u] = rotation[1];
    }
    transform(z, log2_n);
    for (uint32_t k = part; k < count; k += PADDING) {
        const int32_t *x = z + 2u * reversed(k / PADDING, log2_n);
        bins[k] = (int32_t)fx_sqrt64((uint64_t)((int64_t)x[0] * x[0] + (int64_t)x[1] * x[1]));
    }
}

/* Length of the curve through the bins 0 .. last, Q24; bins in Q16. */
static uint64_t arc_length(const int32_t *bins, uint32_t last) {
    uint64_t length = 0;
    uint64_t along = ((uint64_t)1 << 24) / last;
    for (uint32_t i = 0; i < last; i++) {
        int64_t across = (int64_t)(bins[i + 1u] - bins[i]) * 256;
        length += fx_sqrt64(along * along + (uint64_t)(across * across));
    }
    return length;
}

int32_t pl_smooth_sparc(const pl_smooth *smooth, uint32_t first, uint32_t n, int32_t *scratch,
                        uint32_t room) {
    if (n < PL_SMOOTH_MIN || n > PL_SMOOTH_MAX || n > smooth->room || first > smooth->count
        || smooth->count - first < n || smooth->count - first > smooth->room) {
        return PL_ESMOOTH_RANGE;
    }
    uint32_t max = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t speed = smooth->ring[(first + i) % smooth->room];
        max = speed > max ? speed : max;
    }
    if (max == 0u) {
        return PL_ESMOOTH_STILL;
    }
    unsigned log2_n = 4;
    while (1u << log2_n < n) {
        log2_n++;
    }
    uint32_t whole = PADDING << log2_n;
    uint32_t count = (uint32_t)((uint64_t)PL_SMOOTH_CUTOFF_MHZ * whole / smooth->rate_mhz) + 1u;
    uint32_t transformed = 2u << log2_n;
    if (transformed + count > room) {
        return PL_ESMOOTH_SPACE;
    }
    const stretch s = { smooth->ring, smooth->room, first, n, (PROFILE_MAX << 16) / max };
    int32_t *bins = scratch + transformed;
    for (uint32_t part = 0; part < PADDING; part++) {
        spectrum_part(&s, part, scratch, log2_n, bins, count);
    }
    int64_t zero = bins[0];
    uint32_t last = 0;
    for (uint32_t k = 0; k < count; k++) {
        bins[k] = (int32_t)((int64_t)bins[k] * 65536 / zero);
        if (bins[k] >= THRESHOLD) {
            last = k;
        }
    }
    if (last == 0u) {
        return PL_ESMOOTH_STILL;
    }
    return -(int32_t)((arc_length(bins, last) * 1000u + (1u << 23)) >> 24);
}
