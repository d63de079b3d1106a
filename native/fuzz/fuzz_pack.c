/* First byte even: any bytes as a packed payload.  Odd: records made of the rest, which must come
 * back. */
#include "fuzz.h"

#include <string.h>

#include "pl_pack.h"
#include "pl_segment.h"

static uint8_t plain[PL_PACK_PLAIN_MAX], wanted[PL_PACK_PLAIN_MAX + 200u];
static uint8_t payload[PL_PACK_MAX];

static void unpack_any(const uint8_t *data, uint32_t size) {
    static pl_pack_model model;
    memset(&model, 0, sizeof model);
    int32_t n = pl_unpack(&model, 1000, data, size, plain, sizeof plain);
    REQUIRE(n >= PL_EPACK_FORMAT && n <= (int32_t)sizeof plain);
    uint32_t pos = 0;
    pl_record record;
    while (n > 0 && pos < (uint32_t)n) {
        REQUIRE(pl_record_read(plain, (uint32_t)n, 0, &pos, &record) == 1);
    }
}

/* Fills one payload; it can be finished at any time, and goes on. */
static void pack_one(fuzz_input *in, pl_pack *pack, const pl_pack_model *before, uint32_t room) {
    static pl_pack undo;
    static pl_pack_model model;
    uint8_t body[256] = {0};
    uint32_t used = 0;
    uint32_t dt_cs = 0;
    while (in->left > 0) {
        uint32_t kind = fuzz_byte(in);
        uint32_t length = fuzz_byte(in);
        dt_cs = (dt_cs + (kind & 8u ? fuzz_word(in) : 6000u)) & PL_RECORD_TIME_MAX;
        for (uint32_t i = 0; i < length; i++) {
            body[i] = (uint8_t)(kind & 16u ? fuzz_byte(in) : body[i] + (i & kind));
        }
        undo = *pack;
        if (!pl_pack_add(pack, room, (uint8_t)(kind % 11u), (uint8_t)(kind >> 5),
                         pack->base_cs + dt_cs, body, length)) {
            *pack = undo;
            return;
        }
        used += pl_record_write(wanted + used, (uint8_t)(kind % 11u), (uint8_t)(kind >> 5), dt_cs,
                                body, length);
        uint32_t n = pl_pack_finish(pack, payload);
        REQUIRE(n <= room);
        model = *before;
        REQUIRE(pl_unpack(&model, pack->base_cs, payload, n, plain, sizeof plain) ==
                (int32_t)used);
        REQUIRE(memcmp(plain, wanted, used) == 0);
    }
}

static void pack_any(fuzz_input *in) {
    static pl_pack pack;
    static pl_pack_model before;
    uint32_t room = 100u + fuzz_byte(in) % 141u;
    pl_pack_begin(&pack, fuzz_word(in));
    for (uint32_t payloads = 0; payloads < 6u; payloads++) {
        before = pack.model;
        pack_one(in, &pack, &before, room);
        pl_pack_go_on(&pack, pack.base_cs + fuzz_word(in));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 1u << 14) {
        return 0;
    }
    fuzz_input in = {data + 1, size - 1};
    if (data[0] & 1u) {
        pack_any(&in);
    } else {
        unpack_any(data + 1, (uint32_t)size - 1u);
    }
    return 0;
}
