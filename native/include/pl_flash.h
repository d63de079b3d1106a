/*
 * NOR flash as its caller supplies it: sectors of 4096 bytes that an erase sets to FF, pages of
 * 256 bytes whose program can only clear bits.  Offsets count from the start of the partition.
 *
 * The log and the parameter copies never program a page twice between erases, so nothing that
 * was written before can be hurt by a program cut in the middle.
 */
#ifndef PL_FLASH_H
#define PL_FLASH_H

#include <stdint.h>

#define PL_SECTOR 4096u
#define PL_PAGE 256u
#define PL_PAGES (PL_SECTOR / PL_PAGE)

/* Each function returns 0, or a negative number if the flash failed. */
typedef struct {
    int32_t (*read)(void *context, uint32_t offset, uint8_t *data, uint32_t length);
    int32_t (*program)(void *context, uint32_t offset, const uint8_t *page);
    int32_t (*erase)(void *context, uint32_t offset);
    void *context;
} pl_flash;

enum {
    PL_EFLASH_DEVICE = -1, /* a callback reported an error */
    PL_EFLASH_VERIFY = -2, /* what was written does not read back */
};

/* Programs one page and compares what reads back. */
int32_t pl_flash_program(const pl_flash *flash, uint32_t offset, const uint8_t *page);

/* Erases one sector and checks that it is blank. */
int32_t pl_flash_erase(const pl_flash *flash, uint32_t offset);

/* 1 if the range is blank (all FF), 0 if not, or PL_EFLASH_DEVICE. */
int32_t pl_flash_blank(const pl_flash *flash, uint32_t offset, uint32_t length);

#endif
