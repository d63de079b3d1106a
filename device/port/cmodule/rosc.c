/*
 * The noise source of the RP2040 brace: the bit of its ring oscillator (datasheet, 2.17.5).  The
 * oscillator runs free of the crystal that clocks the core; what is random is the jitter between
 * the two.  The datasheet warns that the bit alone is no security-grade randomness: so it is taken
 * for an eighth of a bit, tested all the time (pl_health.h) and hashed before it seeds anything.
 */
#include "pico.h"
#include "hardware/structs/rosc.h"

#include "mp_random.h"

/* Cycles between samples: some three periods of the oscillator at its slowest. */
#define APART 200u

int32_t mp_random_noise(uint8_t *bits, uint32_t count) {
    if (!(rosc_hw->status & ROSC_STATUS_STABLE_BITS)) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        busy_wait_at_least_cycles(APART);
        bits[i] = rosc_hw->randombit & 1u;
    }
    return 0;
}
