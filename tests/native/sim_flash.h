/*
 * The core's flash in RAM for tests: the chip of nor.h behind pl_flash, with what the core owes it
 * (a page is programmed once after each erase, addresses are inside).  Operations are numbered from
 * 0 since sim_arm; once cut, every further operation fails, as the core is then dead.
 */
#ifndef SIM_FLASH_H
#define SIM_FLASH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nor.h"
#include "pl_flash.h"

#define SIM_SECTORS_MAX 64u
#define SIM_NO_CUT UINT32_MAX

typedef struct {
    uint8_t bytes[SIM_SECTORS_MAX * PL_SECTOR];
    nor_chip chip;
} sim_flash;

static inline void sim_fail(const char *what) {
    fprintf(stderr, "flash misused: %s\n", what);
    abort();
}

static inline void sim_arm(sim_flash *sim, uint32_t cut_at, enum nor_tear tear, uint32_t seed) {
    nor_power_on(&sim->chip);
    nor_seed(&sim->chip, seed);
    sim->chip.operations = 0;
    sim->chip.cut_at = cut_at + 1u;
    sim->chip.tear = tear;
}

/* No cut from now on. */
static inline void sim_disarm(sim_flash *sim) {
    sim_arm(sim, SIM_NO_CUT, NOR_NOTHING, 1);
}

static inline void sim_init(sim_flash *sim, uint32_t sectors) {
    memset(sim->bytes, 0xFF, sizeof sim->bytes);
    nor_init(&sim->chip, sim->bytes, sectors * PL_SECTOR, 1);
    sim_disarm(sim);
}

static inline uint32_t sim_sectors(const sim_flash *sim) {
    return sim->chip.size / PL_SECTOR;
}

static inline void sim_copy(sim_flash *to, const sim_flash *from) {
    memcpy(to->bytes, from->bytes, from->chip.size);
    to->chip = from->chip;
    to->chip.data = to->bytes;
}

static inline int32_t sim_read(void *context, uint32_t offset, uint8_t *data, uint32_t length) {
    sim_flash *sim = context;
    if (sim->chip.dead) {
        return -1;
    }
    if (offset > sim->chip.size || length > sim->chip.size - offset) {
        sim_fail("read outside");
    }
    memcpy(data, sim->bytes + offset, length);
    return 0;
}

static inline int32_t sim_program(void *context, uint32_t offset, const uint8_t *page) {
    sim_flash *sim = context;
    if (sim->chip.dead) {
        return -1;
    }
    if (offset % PL_PAGE != 0 || offset >= sim->chip.size) {
        sim_fail("program of no page");
    }
    for (uint32_t i = 0; i < PL_PAGE; i++) {
        if (sim->bytes[offset + i] != 0xFFu) {
            sim_fail("program of a page that is not blank");
        }
    }
    nor_program(&sim->chip, offset, page, PL_PAGE);
    return sim->chip.dead ? -1 : 0;
}

static inline int32_t sim_erase(void *context, uint32_t offset) {
    sim_flash *sim = context;
    if (sim->chip.dead) {
        return -1;
    }
    if (nor_erase(&sim->chip, offset, PL_SECTOR) < 0) {
        sim_fail("erase of no sector");
    }
    return sim->chip.dead ? -1 : 0;
}

#endif
