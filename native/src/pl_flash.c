#include "pl_flash.h"

#include <string.h>

#define STEP 64u /* bytes compared at a time, on the stack */

int32_t pl_flash_blank(const pl_flash *flash, uint32_t offset, uint32_t length) {
    uint8_t data[STEP];
    for (uint32_t at = 0; at < length; at += STEP) {
        uint32_t n = length - at < STEP ? length - at : STEP;
        if (flash->read(flash->context, offset + at, data, n) < 0) {
            return PL_EFLASH_DEVICE;
        }
        for (uint32_t i = 0; i < n; i++) {
            if (data[i] != 0xFFu) {
                return 0;
            }
        }
    }
    return 1;
}

int32_t pl_flash_program(const pl_flash *flash, uint32_t offset, const uint8_t *page) {
    uint8_t data[STEP];
    if (flash->program(flash->context, offset, page) < 0) {
        return PL_EFLASH_DEVICE;
    }
    for (uint32_t at = 0; at < PL_PAGE; at += STEP) {
        if (flash->read(flash->context, offset + at, data, STEP) < 0) {
            return PL_EFLASH_DEVICE;
        }
        if (memcmp(data, page + at, STEP) != 0) {
            return PL_EFLASH_VERIFY;
        }
    }
    return 0;
}

int32_t pl_flash_erase(const pl_flash *flash, uint32_t offset) {
    if (flash->erase(flash->context, offset) < 0) {
        return PL_EFLASH_DEVICE;
    }
    int32_t blank = pl_flash_blank(flash, offset, PL_SECTOR);
    return blank < 0 ? blank : blank ? 0 : PL_EFLASH_VERIFY;
}
