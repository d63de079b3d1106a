#include "pl_params.h"

#include <string.h>

#include "pl_bytes.h"
#include "pl_crc.h"

/* "PLPC" */
#define MAGIC 0x43504C50u
#define VERSION 0x10u
#define CRC_AT 16u

typedef struct {
    uint32_t sequence;
    uint32_t length;
    int32_t status; /* 1 sound, 0 blank, or a PL_EPARAMS_* */
} copy_info;

void pl_params_init(pl_params *params, const pl_flash *flash, uint32_t offset_a,
                    uint32_t offset_b) {
    memset(params, 0, sizeof *params);
    params->flash = flash;
    params->offset[0] = offset_a;
    params->offset[1] = offset_b;
}

static int32_t read(pl_params *p, uint32_t which, uint32_t at, uint8_t *out, uint32_t length) {
    const pl_flash *flash = p->flash;
    return flash->read(flash->context, p->offset[which] + at, out, length) < 0 ? PL_EPARAMS_FLASH
                                                                               : 0;
}

/* CRC over the header in front of it and the data. */
static int32_t crc_of(pl_params *p, uint32_t which, uint32_t length, uint32_t *crc) {
    *crc = pl_crc32(0, p->page, CRC_AT);
    for (uint32_t at = 0; at < length; at += PL_PAGE) {
        uint32_t n = length - at < PL_PAGE ? length - at : PL_PAGE;
        if (read(p, which, PL_PARAMS_HEADER + at, p->page, n) < 0) {
            return PL_EPARAMS_FLASH;
        }
        *crc = pl_crc32(*crc, p->page, n);
    }
    return 0;
}

static copy_info inspect(pl_params *p, uint32_t which) {
    copy_info info = {0, 0, PL_EPARAMS_NONE};
    if (read(p, which, 0, p->page, PL_PARAMS_HEADER) < 0) {
        info.status = PL_EPARAMS_FLASH;
        return info;
    }
    if (pl_get32(p->page) != MAGIC) {
        uint8_t blank[PL_PARAMS_HEADER];
        memset(blank, 0xFF, sizeof blank);
        info.status = memcmp(p->page, blank, sizeof blank) == 0 ? 0 : PL_EPARAMS_NONE;
        return info;
    }
    uint8_t version = p->page[4];
    info.sequence = pl_get32(p->page + 8);
    info.length = pl_get32(p->page + 12);
    uint32_t stored = pl_get32(p->page + CRC_AT);
    uint32_t crc;
    if (info.length > PL_PARAMS_MAX) {
        return info;
    }
    if (crc_of(p, which, info.length, &crc) < 0) {
        info.status = PL_EPARAMS_FLASH;
    } else if (crc == stored) {
        info.status = (version ^ VERSION) & 0xF0u ? PL_EPARAMS_VERSION : 1;
    }
    return info;
}

/* Finds the newest sound copy: its length, or a PL_EPARAMS_*. */
static int32_t find(pl_params *p) {
    int32_t result = PL_EPARAMS_NONE;
    p->sequence = 0;
    p->damaged = 0;
    p->newest = 1;
    for (uint32_t which = 0; which < 2u; which++) {
        copy_info info = inspect(p, which);
        if (info.status == PL_EPARAMS_FLASH) {
            return PL_EPARAMS_FLASH;
        }
        p->damaged += info.status == PL_EPARAMS_NONE;
        if (info.status == 1 || info.status == PL_EPARAMS_VERSION) {
            if (info.sequence > p->sequence) {
                p->sequence = info.sequence;
                p->newest = which;
                result = info.status == 1 ? (int32_t)info.length : PL_EPARAMS_VERSION;
            }
        }
    }
    return result;
}

int32_t pl_params_load(pl_params *params, uint8_t *out, uint32_t capacity) {
    int32_t length = find(params);
    if (length < 0) {
        return length;
    }
    if ((uint32_t)length > capacity) {
        return PL_EPARAMS_SIZE;
    }
    int32_t result = read(params, params->newest, PL_PARAMS_HEADER, out, (uint32_t)length);
    return result < 0 ? result : length;
}

/* The page at `at` of a copy: header and data as they lie in it, FF behind. */
static void compose(uint8_t *page, uint32_t at, const uint8_t *header, const uint8_t *data,
                    uint32_t length) {
    memset(page, 0xFF, PL_PAGE);
    for (uint32_t i = 0; i < PL_PAGE; i++) {
        uint32_t from = at + i;
        if (from < PL_PARAMS_HEADER) {
            page[i] = header[from];
        } else if (from - PL_PARAMS_HEADER < length) {
            page[i] = data[from - PL_PARAMS_HEADER];
        }
    }
}

int32_t pl_params_store(pl_params *params, const uint8_t *data, uint32_t length) {
    pl_params *p = params;
    if (length > PL_PARAMS_MAX) {
        return PL_EPARAMS_SIZE;
    }
    if (find(p) == PL_EPARAMS_FLASH) {
        return PL_EPARAMS_FLASH;
    }
    uint32_t which = 1u - p->newest;
    uint8_t header[PL_PARAMS_HEADER];
    memset(header, 0, sizeof header);
    pl_put32(header, MAGIC);
    header[4] = VERSION;
    pl_put32(header + 8, p->sequence + 1u);
    pl_put32(header + 12, length);
    pl_put32(header + CRC_AT, pl_crc32(pl_crc32(0, header, CRC_AT), data, length));
    if (pl_flash_erase(p->flash, p->offset[which]) < 0) {
        return PL_EPARAMS_FLASH;
    }
    /* The header's page goes last: the copy is there only when all of it is. */
    uint32_t pages = (PL_PARAMS_HEADER + length + PL_PAGE - 1u) / PL_PAGE;
    for (uint32_t page = pages; page-- > 0;) {
        compose(p->page, page * PL_PAGE, header, data, length);
        if (pl_flash_program(p->flash, p->offset[which] + page * PL_PAGE, p->page) < 0) {
            return PL_EPARAMS_FLASH;
        }
    }
    p->sequence++;
    p->newest = which;
    return 0;
}
