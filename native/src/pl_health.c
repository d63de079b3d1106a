#include "pl_health.h"

#include <string.h>

void pl_health_init(pl_health *health) {
    memset(health, 0, sizeof *health);
}

int32_t pl_health_bit(pl_health *health, uint32_t bit) {
    pl_health *h = health;
    if (h->run > 0 && bit == h->last) {
        h->run++;
    } else {
        h->run = 1;
        h->last = (uint8_t)bit;
    }
    if (h->seen == 0) {
        h->first = (uint8_t)bit;
        h->equal = 0;
    }
    h->equal += bit == h->first;
    if (++h->seen == PL_HEALTH_WINDOW) {
        h->seen = 0;
    }
    if (h->failed == 0 && h->run >= PL_HEALTH_REPETITIONS) {
        h->failed = PL_EHEALTH_STUCK;
    }
    if (h->failed == 0 && h->equal >= PL_HEALTH_PROPORTION) {
        h->failed = PL_EHEALTH_LOPSIDED;
    }
    return h->failed;
}
