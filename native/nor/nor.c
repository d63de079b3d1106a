#include "nor.h"

#include <string.h>

void nor_init(nor_chip *chip, uint8_t *data, uint32_t size, uint32_t seed) {
    memset(chip, 0, sizeof *chip);
    chip->data = data;
    chip->size = size;
    chip->tear = NOR_ANY;
    chip->page_us = 400;
    chip->sector_us = 45000;
    chip->block_us = 150000;
    nor_seed(chip, seed);
}

void nor_seed(nor_chip *chip, uint32_t seed) {
    chip->random = seed * 2654435761u + 1u;
    if (chip->random == 0) {
        chip->random = 1; /* from 0 nothing else would come */
    }
}

void nor_slowest(nor_chip *chip) {
    chip->page_us = 3000;
    chip->sector_us = 400000;
    chip->block_us = 2000000;
}

void nor_cut_in(nor_chip *chip, uint32_t operations) {
    chip->cut_at = chip->operations + operations;
}

void nor_power_on(nor_chip *chip) {
    chip->dead = 0;
    chip->cut_at = 0;
}

static uint32_t draw(nor_chip *chip) {
    chip->random ^= chip->random << 13;
    chip->random ^= chip->random >> 17;
    chip->random ^= chip->random << 5;
    return chip->random;
}

int32_t nor_stick(nor_chip *chip, uint32_t address, uint32_t mask) {
    uint32_t page = address / NOR_PAGE;
    uint8_t at = (uint8_t)(address % NOR_PAGE);
    if (address >= chip->size || page >= NOR_PAGES_MAX) {
        return -1;
    }
    if (chip->stuck[page] != 0 && chip->stuck_at[page] != at) {
        return -1;
    }
    chip->stuck_at[page] = at;
    chip->stuck[page] |= (uint8_t)mask;
    chip->data[address] &= (uint8_t)~mask;
    return 0;
}

static int inside(const nor_chip *chip, uint32_t address, uint32_t length) {
    return address < chip->size && length <= chip->size - address;
}

/* One command: a byte of the chip is ANDed with `values`, or is FF if there are none. */
static void operate(nor_chip *chip, uint32_t address, const uint8_t *values, uint32_t length) {
    uint8_t *at = chip->data + address;
    uint32_t done = length;
    int32_t tear = NOR_COMPLETE;
    chip->operations++;
    if (chip->operations == chip->cut_at) {
        chip->dead = 1;
        tear = chip->tear == NOR_ANY ? (int32_t)((draw(chip) >> 8) % NOR_ANY) : chip->tear;
        done = tear == NOR_NOTHING ? 0 : draw(chip) % (length + 1u);
        if (tear == NOR_COMPLETE) {
            done = length;
        }
    }
    if (!values) {
        memset(at, 0xFF, done);
    }
    for (uint32_t i = 0; values && i < done; i++) {
        at[i] &= values[i];
    }
    for (uint32_t i = done; i < length; i++) {
        uint8_t noise = (uint8_t)(draw(chip) >> 7);
        if (tear == NOR_RANDOM) {
            /* Programming clears bits; an erase clears them all before it sets them. */
            at[i] = values ? (uint8_t)(at[i] & noise) : noise;
        } else if (tear == NOR_UNSTABLE) {
            uint8_t wanted = values ? (uint8_t)(at[i] & values[i]) : 0xFFu;
            at[i] = (uint8_t)((at[i] & noise) | (wanted & ~noise));
        }
    }
    for (uint32_t page = address / NOR_PAGE; page * NOR_PAGE < address + length; page++) {
        if (page < NOR_PAGES_MAX && chip->stuck[page] != 0) {
            chip->data[page * NOR_PAGE + chip->stuck_at[page]] &= (uint8_t)~chip->stuck[page];
        }
    }
}

int32_t nor_program(nor_chip *chip, uint32_t address, const uint8_t *values, uint32_t length) {
    if (!inside(chip, address, length) || address % NOR_PAGE + length > NOR_PAGE) {
        return -1;
    }
    if (chip->dead) {
        return 0;
    }
    operate(chip, address, values, length);
    return (int32_t)chip->page_us;
}

int32_t nor_erase(nor_chip *chip, uint32_t address, uint32_t size) {
    if ((size != NOR_SECTOR && size != NOR_BLOCK) || address % size != 0
        || !inside(chip, address, size)) {
        return -1;
    }
    if (chip->dead) {
        return 0;
    }
    for (uint32_t i = address / NOR_SECTOR; i < (address + size) / NOR_SECTOR; i++) {
        if (i < NOR_SECTORS_MAX) {
            chip->erases[i]++;
        }
    }
    operate(chip, address, NULL, size);
    return (int32_t)(size == NOR_BLOCK ? chip->block_us : chip->sector_us);
}
