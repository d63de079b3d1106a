/* Two sectors made of the input, then stores with power cuts: always an old copy or a new one. */
#include "fuzz.h"

#include <string.h>

#include "pl_crc.h"
#include "pl_params.h"
#include "sim_flash.h"

static sim_flash sim;
static const pl_flash flash = {sim_read, sim_program, sim_erase, &sim};

static void put32(uint8_t *p, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        p[i] = (uint8_t)(value >> (8u * i));
    }
}

static void plant(fuzz_input *in, uint8_t *sector) {
    uint32_t kind = fuzz_byte(in) % 3u;
    if (kind == 0) {
        return;
    }
    fuzz_bytes(in, sector, 200);
    if (kind == 1u) {
        uint32_t length = fuzz_byte(in) % 180u;
        memcpy(sector, "PLPC", 4);
        put32(sector + 12, length);
        put32(sector + 16, pl_crc32(pl_crc32(0, sector, 16), sector + 20, length));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t out[PL_PARAMS_MAX], old[PL_PARAMS_MAX], next[PL_PARAMS_MAX];
    fuzz_input in = {data, size};
    sim_init(&sim, 2);
    plant(&in, sim.bytes);
    plant(&in, sim.bytes + PL_SECTOR);
    pl_params params;
    pl_params_init(&params, &flash, 0, PL_SECTOR);
    int32_t before = pl_params_load(&params, old, sizeof old);
    while (in.left > 0) {
        uint32_t length = fuzz_word(&in) % (PL_PARAMS_MAX + 2u);
        memset(next, (int)fuzz_byte(&in), sizeof next);
        sim_arm(&sim, fuzz_byte(&in) % 24u, (enum nor_tear)(fuzz_byte(&in) % NOR_ANY), length);
        int32_t stored = pl_params_store(&params, next, length);
        sim_disarm(&sim);
        pl_params_init(&params, &flash, 0, PL_SECTOR);
        int32_t after = pl_params_load(&params, out, sizeof out);
        int is_new = after == (int32_t)length && memcmp(out, next, length) == 0;
        int is_old = after == before && (after < 0 || memcmp(out, old, (size_t)after) == 0);
        /* At the highest number of all there is no newer one. */
        REQUIRE(is_new || is_old);
        REQUIRE(stored != 0 || is_new || params.sequence > 0xFFFFFFF0u);
        REQUIRE(length <= PL_PARAMS_MAX || stored == PL_EPARAMS_SIZE);
        before = after;
        memcpy(old, out, sizeof old);
    }
    return 0;
}
