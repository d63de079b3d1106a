/*
 * Cuts the power at every operation of stores of every size, in every way, over every state of
 * the two sectors that cuts can leave: old copy or new copy, never neither.  Prints the number of
 * cuts; exits 1 at the first fault.
 */
#include "pl_params.h"
#include "sim_flash.h"

static sim_flash sim, before;
static const pl_flash flash = {sim_read, sim_program, sim_erase, &sim};
static uint8_t old_data[PL_PARAMS_MAX], new_data[PL_PARAMS_MAX], got[PL_PARAMS_MAX];
static int32_t old_length;

static void fault(const char *what, uint32_t a, uint32_t b) {
    printf("FAULT: %s (%u, %u)\n", what, a, b);
    exit(1);
}

static void fill(uint8_t *data, uint32_t length, uint32_t seed) {
    for (uint32_t i = 0; i < length; i++) {
        data[i] = (uint8_t)(seed * 31u + i * 7u + (i >> 8));
    }
}

static int32_t load(void) {
    pl_params params;
    pl_params_init(&params, &flash, 0, PL_SECTOR);
    return pl_params_load(&params, got, sizeof got);
}

static int32_t store(uint32_t length) {
    pl_params params;
    pl_params_init(&params, &flash, 0, PL_SECTOR);
    return pl_params_store(&params, new_data, length);
}

static int is(const uint8_t *data, int32_t length, int32_t found) {
    return found == length && (length < 0 || memcmp(got, data, (size_t)length) == 0);
}

int main(void) {
    static const uint32_t lengths[] = {0, 1, 235, 236, 237, 492, 1000, PL_PARAMS_MAX};
    uint32_t cuts = 0;
    sim_init(&sim, 2);
    old_length = load();
    if (old_length != PL_EPARAMS_NONE) {
        fault("a copy in blank flash", 0, 0);
    }
    for (uint32_t round = 0; round < 250u; round++) {
        uint32_t length = lengths[(round * 5u + round / 8u) % 8u];
        fill(new_data, length, round);
        sim_copy(&before, &sim);
        uint32_t operations = 2u + (length + PL_PARAMS_HEADER - 1u) / PL_PAGE;
        for (uint32_t cut = 0; cut < operations; cut++) {
            for (uint32_t tear = 0; tear < NOR_ANY; tear++) {
                sim_copy(&sim, &before);
                sim_arm(&sim, cut, (enum nor_tear)tear, round + cut);
                if (store(length) == 0) {
                    fault("a store that was cut says it went well", round, cut);
                }
                sim_disarm(&sim);
                cuts++;
                int32_t found = load();
                int last = cut == operations - 1u;
                if (!is(old_data, old_length, found) &&
                    !(last && is(new_data, (int32_t)length, found))) {
                    fault("neither the old copy nor the new one", round, cut);
                }
            }
        }
        /* Go on from a cut store every third time: the next store begins from what it left. */
        if (round % 3u != 2u) {
            sim_copy(&sim, &before);
        }
        sim_disarm(&sim);
        if (store(length) != 0 || !is(new_data, (int32_t)length, load())) {
            fault("a store failed without a cut", round, length);
        }
        memcpy(old_data, new_data, length);
        old_length = (int32_t)length;
    }
    printf("cuts %u\n", cuts);
    return 0;
}
