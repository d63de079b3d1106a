/*
 * NOR flash in RAM for tests: programs clear bits of one blank page, erases set a sector to FF,
 * and the power can be cut at any operation, in several ways.  Operations are numbered from 0
 * since sim_arm; once cut, every further operation fails, as the core is then dead.
 */
#ifndef SIM_FLASH_H
#define SIM_FLASH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pl_flash.h"

#define SIM_SECTORS_MAX 64u

/* How an operation is interrupted.  A prefix of random length was done before all but NOTHING. */
enum sim_tear {
    SIM_NOTHING,  /* the operation had no effect yet */
    SIM_PREFIX,   /* the rest is as it was */
    SIM_RANDOM,   /* the rest is random, whatever NOR allows */
    SIM_UNSTABLE, /* of the rest, each bit is old or new by chance */
    SIM_COMPLETE, /* all was done, but nobody was told */
    SIM_TEARS,
};

typedef struct {
    uint8_t bytes[SIM_SECTORS_MAX * PL_SECTOR];
    uint32_t sectors;
    uint32_t operations;
    uint32_t cut_at; /* UINT32_MAX: never */
    enum sim_tear tear;
    uint32_t random;
    int dead;
    uint32_t reads;
    uint32_t erase_count[SIM_SECTORS_MAX];
} sim_flash;

static inline uint32_t sim_random(sim_flash *sim) {
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 17;
    sim->random ^= sim->random << 5;
    return sim->random;
}

static inline void sim_fail(const char *what) {
    fprintf(stderr, "flash misused: %s\n", what);
    abort();
}

static inline void sim_arm(sim_flash *sim, uint32_t cut_at, enum sim_tear tear, uint32_t seed) {
    sim->operations = 0;
    sim->cut_at = cut_at;
    sim->tear = tear;
    sim->random = seed * 2654435761u + 1u;
    sim->dead = 0;
}

static inline void sim_init(sim_flash *sim, uint32_t sectors) {
    memset(sim, 0, sizeof *sim);
    sim->sectors = sectors;
    memset(sim->bytes, 0xFF, sectors * PL_SECTOR);
    sim_arm(sim, UINT32_MAX, SIM_NOTHING, 1);
}

static inline int32_t sim_read(void *context, uint32_t offset, uint8_t *data, uint32_t length) {
    sim_flash *sim = context;
    if (sim->dead) {
        return -1;
    }
    if (offset > sim->sectors * PL_SECTOR || length > sim->sectors * PL_SECTOR - offset) {
        sim_fail("read outside");
    }
    memcpy(data, sim->bytes + offset, length);
    sim->reads++;
    return 0;
}

/* Brings `target` to `wanted`, or, at the operation to be cut, somewhere on the way. */
static inline int32_t sim_operate(sim_flash *sim, uint8_t *target, const uint8_t *wanted,
                                  uint32_t length) {
    if (sim->operations++ != sim->cut_at) {
        memcpy(target, wanted, length);
        return 0;
    }
    sim->dead = 1;
    uint32_t done = sim->tear == SIM_NOTHING ? 0 : sim_random(sim) % (length + 1u);
    if (sim->tear == SIM_COMPLETE) {
        done = length;
    }
    memcpy(target, wanted, done);
    for (uint32_t i = done; i < length; i++) {
        uint8_t noise = (uint8_t)(sim_random(sim) >> 7);
        if (sim->tear == SIM_RANDOM) {
            target[i] = noise;
        } else if (sim->tear == SIM_UNSTABLE) {
            target[i] = (uint8_t)((target[i] & noise) | (wanted[i] & ~noise));
        }
    }
    return -1;
}

static inline int32_t sim_program(void *context, uint32_t offset, const uint8_t *page) {
    sim_flash *sim = context;
    if (sim->dead) {
        return -1;
    }
    if (offset % PL_PAGE != 0 || offset >= sim->sectors * PL_SECTOR) {
        sim_fail("program of no page");
    }
    for (uint32_t i = 0; i < PL_PAGE; i++) {
        if (sim->bytes[offset + i] != 0xFFu) {
            sim_fail("program of a page that is not blank");
        }
    }
    return sim_operate(sim, sim->bytes + offset, page, PL_PAGE);
}

static inline int32_t sim_erase(void *context, uint32_t offset) {
    static uint8_t blank[PL_SECTOR];
    sim_flash *sim = context;
    if (sim->dead) {
        return -1;
    }
    if (offset % PL_SECTOR != 0 || offset >= sim->sectors * PL_SECTOR) {
        sim_fail("erase of no sector");
    }
    memset(blank, 0xFF, sizeof blank);
    sim->erase_count[offset / PL_SECTOR]++;
    return sim_operate(sim, sim->bytes + offset, blank, PL_SECTOR);
}

#endif
