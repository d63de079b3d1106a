/*
 * A NOR flash chip in memory, for the emulated boards and for tests: programming only clears bits,
 * erasing is slow and wears, bits can be stuck, and power can be cut in any command, which is then
 * torn in one of the ways of nor_tear.  Not part of the core.
 *
 * Times are a Winbond W25Q16JV's: typical page program 0.4 ms (3 at most), sector erase 45 ms
 * (400), block erase 150 ms (2000).
 */
#ifndef NOR_H
#define NOR_H

#include <stdint.h>

#define NOR_PAGE 256
#define NOR_SECTOR 4096
#define NOR_BLOCK 65536
#define NOR_SECTORS_MAX 512
#define NOR_PAGES_MAX 8192

/* How a command is interrupted.  A prefix of random length was done before all but NOTHING. */
enum nor_tear {
    NOR_NOTHING,  /* the command had no effect yet */
    NOR_PREFIX,   /* the rest is as it was */
    NOR_RANDOM,   /* the rest is random, whatever NOR allows */
    NOR_UNSTABLE, /* of the rest, each bit is old or new by chance */
    NOR_COMPLETE, /* all was done, but nobody was told */
    NOR_ANY,      /* one of these by chance */
};

typedef struct {
    uint8_t *data; /* the caller's, `size` bytes, whole sectors */
    uint32_t size;
    uint32_t operations; /* commands so far */
    uint32_t cut_at;     /* the command that is torn, counted from 1; 0: none */
    int32_t tear;        /* an enum nor_tear */
    uint32_t random;
    int32_t dead; /* power is off: nothing is done any more */
    uint32_t page_us, sector_us, block_us;
    uint32_t erases[NOR_SECTORS_MAX]; /* times each sector was erased */
    uint8_t stuck_at[NOR_PAGES_MAX];  /* in each page, a byte whose ... */
    uint8_t stuck[NOR_PAGES_MAX];     /* ... bits read 0, whatever is done */
} nor_chip;

/* A chip with typical times whose contents stay as they are in `data`. */
void nor_init(nor_chip *chip, uint8_t *data, uint32_t size, uint32_t seed);

/* What happens by chance begins anew. */
void nor_seed(nor_chip *chip, uint32_t seed);

/* Takes the datasheet's maximum times from now on. */
void nor_slowest(nor_chip *chip);

/* Lets power fail in the so-many-th command from now; 1 is the next. */
void nor_cut_in(nor_chip *chip, uint32_t operations);

/* Power is back. */
void nor_power_on(nor_chip *chip);

/*
 * Fault: bits of the mask read 0 from now on, whatever is done.  One byte of a page can have it;
 * -1: another one has, or it is outside.
 */
int32_t nor_stick(nor_chip *chip, uint32_t address, uint32_t mask);

/* Clears bits of at most one page.  Microseconds it takes, 0 without power, -1: not in a page. */
int32_t nor_program(nor_chip *chip, uint32_t address, const uint8_t *values, uint32_t length);

/* Sets all bits of a sector or block.  Microseconds, 0 without power, -1: neither of them. */
int32_t nor_erase(nor_chip *chip, uint32_t address, uint32_t size);

#endif
