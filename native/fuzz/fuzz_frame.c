/* Any bytes, in any pieces, into the frame decoder; what it accepts must encode to the same. */
#include "fuzz.h"

#include <string.h>

#include "pl_frame.h"

#define CAPACITY 300u

static int is_forbidden(uint8_t byte) {
    return (byte >= 1u && byte <= 5u) || byte == 0x0Au || byte == 0x0Du;
}

/* `tail` are the bytes up to the frame's end as far as they came in one piece. */
static void check_frame(const pl_frame_decoder *decoder, const uint8_t *start, uint32_t taken) {
    static uint8_t again[PL_FRAME_ENCODED_MAX(CAPACITY)];
    REQUIRE(decoder->header.length <= CAPACITY - PL_FRAME_OVERHEAD);
    int32_t n = pl_frame_encode(again, sizeof again, &decoder->header, pl_frame_payload(decoder));
    REQUIRE(n >= (int32_t)PL_FRAME_OVERHEAD + 2);
    for (int32_t i = 0; i < n; i++) {
        REQUIRE(!is_forbidden(again[i]));
        REQUIRE((again[i] == PL_FRAME_DELIMITER) == (i == 0 || i == n - 1));
    }
    uint32_t same = taken < (uint32_t)n ? taken : (uint32_t)n;
    REQUIRE(memcmp(again + n - same, start + taken - same, same) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t buffer[CAPACITY];
    static uint8_t dropped[PL_FRAME_ENCODED_MAX(CAPACITY) + 2u];
    if (size < 1 || size > 1u << 16) {
        return 0;
    }
    uint32_t step = 1u + data[0];
    pl_frame_decoder decoder;
    pl_frame_init(&decoder, buffer, sizeof buffer);
    uint32_t events = 0;
    for (uint32_t at = 1; at < size;) {
        uint32_t length = size - at < step ? (uint32_t)size - at : step;
        uint32_t taken;
        int32_t status = pl_frame_feed(&decoder, data + at, length, &taken);
        REQUIRE(taken <= length);
        REQUIRE(decoder.text_start <= decoder.text_end && decoder.text_end <= taken);
        REQUIRE(status != PL_FRAME_MORE || taken == length);
        REQUIRE(taken > 0 || status < 0);
        if (status == PL_FRAME_READY) {
            check_frame(&decoder, data + at, taken);
        } else if (status < 0) {
            uint32_t n = pl_frame_dropped(&decoder, dropped, sizeof dropped);
            REQUIRE(n <= sizeof dropped);
            REQUIRE(decoder.filled || (n >= 1 && dropped[0] == PL_FRAME_DELIMITER));
        }
        events += status != PL_FRAME_MORE;
        at += taken;
    }
    REQUIRE(events == decoder.frames + decoder.bad_crc + decoder.bad_length + decoder.too_long +
                          decoder.foreign + decoder.texts);
    return 0;
}
