/* Contracts of pl_fixed. */
#ifndef PROOF_FIXED_H
#define PROOF_FIXED_H

#include "pl_fixed.h"
#include "proof.h"

/* Conversions that are meant to wrap: their values are what they are proved to be. */
uint32_t fx_bits_contract(int32_t x) {
    return x >= 0 ? (uint32_t)x : (uint32_t)((int64_t)x + 4294967296);
}

int16_t fx_int16_contract(uint32_t x) {
    int32_t low = (int32_t)(x & 0xFFFFu);
    return (int16_t)(low < 32768 ? low : low - 65536);
}

int32_t fx_int32_contract(uint32_t x) {
    return (int32_t)(x <= INT32_MAX ? (int64_t)x : (int64_t)x - 4294967296);
}

static inline uint64_t size_of(int32_t x) {
    return x < 0 ? (uint64_t)-(int64_t)x : (uint64_t)x;
}

/* Of a product: its size and sign. */
static inline bool asks_fx_mul_16(int32_t a, int32_t b) {
    return between(a, -32768, 65535) && upto(b, 32768);
}

static inline bool gives_fx_mul_16(int32_t a, int32_t b, int32_t product) {
    return size_of(product) <= size_of(a) << 15
        && ((a < 0) == (b < 0) || a == 0 || b == 0 ? product >= 0 : product <= 0)
        && ((a != 0 && b != 0) || product == 0);
}

int32_t fx_mul_16_contract(int32_t a, int32_t b) {
    PROVE(asks_fx_mul_16(a, b));
    int32_t product = any_int32();
    ASSUME(gives_fx_mul_16(a, b, product));
    return product;
}

/* Of floor(a b / 2^16): its size and sign, but for 2^16, which is all that is made use of. */
static inline bool gives_fx_mul_s16(int32_t a, int32_t b, int32_t product) {
    int64_t most = (int64_t)(size_of(a) >> 1) + 65536;
    if (a == 0 || b == 0) {
        return product == 0;
    }
    return (a < 0) == (b < 0) ? between(product, -65536, most) : between(product, -most, 65536);
}

int32_t fx_mul_s16_contract(int32_t a, int32_t b) {
    PROVE(upto(b, 32768));
    int32_t product = any_int32();
    ASSUME(gives_fx_mul_s16(a, b, product));
    return product;
}

int32_t mul_contract(int32_t a, int32_t b) {
    return fx_mul_s16_contract(a, b);
}

/* Of a product in 64 bits: what is made use of. */
static inline bool gives_fx_mul_64(int32_t a, int32_t b, int64_t product) {
    const int64_t unit = FX_UNIT_MAX;
    return upto(product, 1ll << 62)
        && ((a == INT32_MIN && b == INT32_MIN) || upto(product, (1ll << 62) - (1ll << 31)))
        && (!upto(a, unit) || !upto(b, unit) || upto(product, 5ll << 58))
        && (!upto(a, 1 << 21) || !upto(b, 1 << 21) || upto(product, 1ll << 42))
        && (!upto(b, 1 << 30) || upto(product, 1ll << 61))
        && (!upto(b, 1 << 30) || a == INT32_MIN || upto(product, (1ll << 61) - (1ll << 30)))
        && (a != b || product >= 0);
}

int64_t fx_mul_64_contract(int32_t a, int32_t b) {
    int64_t product = any_int64();
    ASSUME(gives_fx_mul_64(a, b, product));
    return product;
}

/* Lengths at which roots and squares are compared, 4 to 7 times powers of two: what is true of each
   is true of all but for a quarter. */
#define FOR_LENGTHS(c) \
    for (uint32_t power = 1; power <= 8192; power *= 2) \
        for (uint32_t c = 4 * power; c < 8 * power; c += power)

static inline bool square_reaches(int32_t x, uint32_t square) {
    FOR_LENGTHS(c) {
        if (size_of(x) >= c && square < c * c) {
            return false;
        }
    }
    return true;
}

static inline bool root_reaches(uint32_t x, uint32_t root) {
    FOR_LENGTHS(c) {
        if (x >= c * c && root < c) {
            return false;
        }
    }
    return true;
}

/* Of x^2: enough to tell a length of 1, and of half angles. */
static inline bool gives_fx_square(int32_t x, uint32_t square) {
    return square <= 1u << 30 && (x == 0) == (square == 0)
        && (square > (1u << 28) + (1u << 22)) == !upto(x, 16511)
        && (!upto(x, 16000) || square <= 256000000u);
}

/* What fx_square has given, summed up. */
uint64_t squares;
/* Whether its proof and uses are about lengths too. */
bool lengths_matter;

uint32_t fx_square_contract(int32_t x) {
    PROVE(upto(x, 32768));
    uint32_t square = any_uint32();
    ASSUME(gives_fx_square(x, square) && (!lengths_matter || square_reaches(x, square)));
    squares += square;
    return square;
}

/* Of floor(sqrt(x)): its size. */
static inline bool gives_fx_sqrt(uint32_t x, uint32_t root) {
    return root <= (x <= 1u << 30 ? 32768u : 65535u) && (x == 0) == (root == 0);
}

uint32_t fx_sqrt_contract(uint32_t x) {
    uint32_t root = any_uint32();
    ASSUME(gives_fx_sqrt(x, root) && (!lengths_matter || root_reaches(x, root)));
    return root;
}

static inline bool gives_fx_sqrt64(uint64_t x, uint32_t root) {
    return (x == 0) == (root == 0) && (x > 1ull << 32 || root <= 1u << 16);
}

uint32_t fx_sqrt64_contract(uint64_t x) {
    uint32_t root = any_uint32();
    ASSUME(gives_fx_sqrt64(x, root));
    return root;
}

#endif
