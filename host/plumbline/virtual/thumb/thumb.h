// Plain Thumb instructions of an emulated Cortex-M0+, run fast: see thumb.c.
#ifndef THUMB_H
#define THUMB_H

#include <stdbool.h>
#include <stdint.h>

// The chip's divider (RP2040 datasheet, 2.3.1.5), as rp2040py has it: a result is there at once, and
// its eight cycles are counted but take no time.
typedef struct {
    uint32_t dividend, divisor, quotient, remainder;
    uint32_t csr;  // bit 0: ready; bit 1: written since the quotient was read
} thumb_divider_t;

// What the core works on.  The memory belongs to the caller; multi-byte values in it are
// little-endian.
typedef struct {
    uint32_t *registers;  // 16; the program counter points at the instruction that comes next
    uint8_t *ram;         // at 0x20000000
    uint32_t ram_size;
    const uint8_t *flash;  // at 0x10000000
    uint32_t flash_size;
    const uint8_t *rom;  // at 0
    uint32_t rom_size;
    uint32_t apsr;  // N, Z, C, V in bits 31 to 28
    thumb_divider_t divider;
    uint32_t dividing;  // set by thumb_run: cycles that the divider took
    bool left;      // set by thumb_run: it stands before an instruction that is not its to run
} thumb_t;

// Runs until `cycles` have passed, or up to an instruction that it leaves to others.
// Returns the cycles that passed; the last instruction may go beyond `cycles`.
uint32_t thumb_run(thumb_t *core, uint32_t cycles);

#endif
