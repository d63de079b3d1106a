// Plain Thumb instructions of an emulated Cortex-M0+, in place of rp2040py's own.
//
// What computes and what touches RAM, flash, boot ROM and the divider is run here.  Left to rp2040py
// is all that the rest of the chip can notice: peripherals, exceptions and returns from them, sleep,
// barriers, special registers, breakpoints, what is not aligned and what does not exist.  Nothing
// else can change what a plain instruction does while it runs, so the two can take turns.
//
// Cycles are rp2040py's: those of the Cortex-M0+ Technical Reference Manual (r0p1, table 3-1) with
// the one-cycle multiplier, out of memory without wait states.  Behaviour is that of the ARMv6-M
// Architecture Reference Manual (section A6.7).
#include "thumb.h"

#include "alu.h"

#include <string.h>

#define RAM_BASE 0x20000000u
#define FLASH_BASE 0x10000000u
#define DIVIDER_BASE 0xD0000060u
// The upper bits of an address that stands for a return from an exception, in handler mode.
#define EXC_RETURN 0xFu

enum { SP = 13, LR = 14, PC = 15 };

// Where `size` bytes at an address lie in what can be read; NULL if they are not plain memory,
// or not aligned.
static inline const uint8_t *readable(const thumb_t *core, uint32_t address, uint32_t size) {
    if (address & (size - 1)) {
        return NULL;
    }
    uint32_t offset = address - RAM_BASE;
    if (offset < core->ram_size) {
        return core->ram + offset;
    }
    offset = address - FLASH_BASE;
    if (offset < core->flash_size) {
        return core->flash + offset;
    }
    return address < core->rom_size ? core->rom + address : NULL;
}

static inline uint8_t *writable(const thumb_t *core, uint32_t address, uint32_t size) {
    const uint32_t offset = address - RAM_BASE;
    return address & (size - 1) || offset >= core->ram_size ? NULL : core->ram + offset;
}

static inline uint32_t get32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return value;
}

static inline uint32_t get16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, 2);
    return value;
}

static inline void put32(uint8_t *at, uint32_t value) {
    memcpy(at, &value, 4);
}

static inline void put16(uint8_t *at, uint32_t value) {
    const uint16_t half = (uint16_t)value;
    memcpy(at, &half, 2);
}

static void divide(thumb_t *core, bool is_signed) {
    thumb_divider_t *d = &core->divider;
    if (d->divisor == 0) {
        d->quotient = d->dividend ? 0xFFFFFFFFu : 1;
        d->remainder = d->dividend;
    } else if (is_signed) {
        const int64_t dividend = (int32_t)d->dividend, divisor = (int32_t)d->divisor;
        d->quotient = (uint32_t)(dividend / divisor);
        d->remainder = (uint32_t)(dividend % divisor);
    } else {
        d->quotient = d->dividend / d->divisor;
        d->remainder = d->dividend % d->divisor;
    }
    d->csr = 3;
    core->dividing += 8;
}

// A word to or from the divider, or from and to elsewhere: then 0.  Cycles.
static uint32_t divider(thumb_t *core, bool store, uint32_t *t, uint32_t address) {
    thumb_divider_t *d = &core->divider;
    uint32_t *const inputs[4] = {&d->dividend, &d->divisor, &d->dividend, &d->divisor};
    const uint32_t at = address - DIVIDER_BASE;
    if (at & 3 || at > 0x18 || (store && at == 0x18)) {
        return 0;
    }
    if (at < 0x10) {
        if (store) {
            *inputs[at >> 2] = *t;
            divide(core, at & 8);
        } else {
            *t = *inputs[at >> 2];
        }
    } else if (at == 0x18) {
        *t = d->csr;
    } else {
        uint32_t *result = at == 0x10 ? &d->quotient : &d->remainder;
        if (store) {
            *result = *t;
            d->csr = 3;
        } else {
            d->csr &= at == 0x10 ? ~2u : ~0u;
            *t = *result;
        }
    }
    return 1;
}

// A load or store of one register; the cycles it took, 0 if it is left.
// kind, as in bits 11 to 9 of the register form: STR STRH STRB LDRSB LDR LDRH LDRB LDRSH.
static inline uint32_t transfer(thumb_t *core, uint32_t kind, uint32_t *t, uint32_t address) {
    static const uint8_t sizes[8] = {4, 2, 1, 1, 4, 2, 1, 2};
    const uint32_t size = sizes[kind];
    if (kind < 3) {
        uint8_t *to = writable(core, address, size);
        if (!to) {
            return kind == 0 ? divider(core, true, t, address) : 0;
        }
        if (kind == 0) {
            put32(to, *t);
        } else if (kind == 1) {
            put16(to, *t);
        } else {
            *to = (uint8_t)*t;
        }
        return 2;
    }
    const uint8_t *from = readable(core, address, size);
    if (!from) {
        return kind == 4 ? divider(core, false, t, address) : 0;
    }
    switch (kind) {
    case 3: *t = sign8(*from); break;
    case 4: *t = get32(from); break;
    case 5: *t = get16(from); break;
    case 6: *t = *from; break;
    default: *t = sign16(get16(from)); break;
    }
    return 2;
}

static inline uint32_t count(uint32_t list) {
    return (uint32_t)__builtin_popcount(list);
}

// The low registers of `list` to memory, or from it; false if not all of that is plain.
static inline bool store_list(const thumb_t *core, uint32_t list, uint32_t address) {
    const uint32_t size = 4 * count(list);
    uint8_t *to = writable(core, address, 4);
    if (!to || address - RAM_BASE + size > core->ram_size) {
        return false;
    }
    for (uint32_t i = 0; list; i++, list >>= 1) {
        if (list & 1) {
            put32(to, core->registers[i]);
            to += 4;
        }
    }
    return true;
}

static inline bool load_list(const thumb_t *core, uint32_t list, uint32_t address) {
    const uint8_t *from = readable(core, address, 4);
    if (!from || (list && !readable(core, address + 4 * count(list) - 4, 4))) {
        return false;
    }
    for (uint32_t i = 0; list; i++, list >>= 1) {
        if (list & 1) {
            core->registers[i] = get32(from);
            from += 4;
        }
    }
    return true;
}

// 0xB000 to 0xBFFF; the cycles it took, 0 if it is left.
static inline uint32_t miscellaneous(const thumb_t *core, uint32_t opcode) {
    uint32_t *r = core->registers;
    const uint32_t list = opcode & 0xFF;
    uint32_t *d = &r[opcode & 7];
    const uint32_t m = r[opcode >> 3 & 7];
    switch (opcode >> 6 & 63) {
    case 0x00: case 0x01:  // ADD SP
        r[SP] += (opcode & 0x7F) << 2;
        return 1;
    case 0x02: case 0x03:  // SUB SP
        r[SP] -= (opcode & 0x7F) << 2;
        return 1;
    case 0x08: *d = sign16(m); return 1;
    case 0x09: *d = sign8(m); return 1;
    case 0x0A: *d = m & 0xFFFF; return 1;
    case 0x0B: *d = m & 0xFF; return 1;
    case 0x28: *d = __builtin_bswap32(m); return 1;
    case 0x29: *d = (m & 0x00FF00FF) << 8 | (m >> 8 & 0x00FF00FF); return 1;
    case 0x2B: *d = sign16((m & 0xFF) << 8 | (m >> 8 & 0xFF)); return 1;
    case 0x10: case 0x11: case 0x12: case 0x13: {  // PUSH
        const uint32_t address = r[SP] - 4 * count(list);
        if (!store_list(core, list, address)) {
            return 0;
        }
        r[SP] = address;
        return 1 + count(list);
    }
    case 0x14: case 0x15: case 0x16: case 0x17: {  // PUSH with LR
        const uint32_t address = r[SP] - 4 * count(list) - 4;
        uint8_t *last = writable(core, r[SP] - 4, 4);
        if (!last || !store_list(core, list, address)) {
            return 0;
        }
        put32(last, r[LR]);
        r[SP] = address;
        return 1 + count(list);
    }
    case 0x30: case 0x31: case 0x32: case 0x33:  // POP
        if (!load_list(core, list, r[SP])) {
            return 0;
        }
        r[SP] += 4 * count(list);
        return 1 + count(list);
    case 0x34: case 0x35: case 0x36: case 0x37: {  // POP with PC
        const uint8_t *last = readable(core, r[SP] + 4 * count(list), 4);
        if (!last || get32(last) >> 28 == EXC_RETURN || !load_list(core, list, r[SP])) {
            return 0;
        }
        r[SP] += 4 * count(list) + 4;
        r[PC] = get32(last) & ~1u;
        return 3 + count(list);
    }
    default:
        if (opcode == 0xBF00) {  // NOP
            return 1;
        }
        return 0;
    }
}

// ADD, CMP, MOV of any register, BX and BLX: 0x4400 to 0x47FF.  Cycles, 0 if it is left.
// r[PC] is that of the instruction after this one.
static inline uint32_t high_registers(uint32_t *r, flags_t *f, uint32_t opcode) {
    const uint32_t m = opcode >> 3 & 15;
    const uint32_t d = (opcode >> 4 & 8) | (opcode & 7);
    const uint32_t value = m == PC ? r[PC] + 2 : r[m];
    uint32_t result = value;
    switch (opcode >> 8 & 3) {
    case 0:
        result = (d == PC ? r[PC] + 2 : r[d]) + value;
        break;
    case 1:
        if (m == PC || d == PC) {
            return 0;
        }
        add(f, r[d], ~value, 1);
        return 1;
    case 2:
        break;
    default:
        if (m == PC || opcode & 7 || value >> 28 == EXC_RETURN) {
            return 0;
        }
        if (opcode & 0x80) {
            r[LR] = r[PC] | 1;
        }
        r[PC] = value & ~1u;
        return 2;
    }
    r[d] = d == PC ? result & ~1u : d == SP ? result & ~3u : result;
    return d == PC ? 2 : 1;
}

// One instruction; the cycles it took, 0 if it is left to others, r[PC] then being spoilt.
static inline uint32_t step(thumb_t *core, flags_t *f, uint32_t opcode) {
    // STR LDR STRB LDRB STRH LDRH, with an immediate offset of so many bytes a step.
    static const uint8_t kinds[6] = {0, 4, 2, 6, 1, 5};
    static const uint8_t scales[6] = {2, 2, 0, 0, 1, 1};
    uint32_t *r = core->registers;
    uint32_t *d = &r[opcode & 7];
    uint32_t *d8 = &r[opcode >> 8 & 7];
    const uint32_t m = r[opcode >> 3 & 7];
    const uint32_t imm5 = opcode >> 6 & 31;
    const uint32_t imm8 = opcode & 0xFF;
    const uint32_t pc = r[PC];
    switch (opcode >> 11) {
    case 0x00: *d = shift_left(f, m, imm5); return 1;
    case 0x01: *d = shift_right(f, m, imm5 ? imm5 : 32); return 1;
    case 0x02: *d = shift_signed(f, m, imm5 ? imm5 : 32); return 1;
    case 0x03: {
        const uint32_t other = opcode & 0x400 ? opcode >> 6 & 7 : r[opcode >> 6 & 7];
        *d = opcode & 0x200 ? add(f, m, ~other, 1) : add(f, m, other, 0);
        return 1;
    }
    case 0x04: *d8 = logic(f, imm8); return 1;
    case 0x05: add(f, *d8, ~imm8, 1); return 1;
    case 0x06: *d8 = add(f, *d8, imm8, 0); return 1;
    case 0x07: *d8 = add(f, *d8, ~imm8, 1); return 1;
    case 0x08:
        if (opcode & 0x400) {
            return high_registers(r, f, opcode);
        }
        process(r, f, opcode);
        return 1;
    case 0x09: return transfer(core, 4, d8, ((pc + 2) & ~3u) + 4 * imm8);
    case 0x0A: case 0x0B:
        return transfer(core, opcode >> 9 & 7, d, m + r[opcode >> 6 & 7]);
    case 0x0C: case 0x0D: case 0x0E: case 0x0F: case 0x10: case 0x11: {
        const uint32_t form = (opcode >> 11) - 0x0C;
        return transfer(core, kinds[form], d, m + (imm5 << scales[form]));
    }
    case 0x12: return transfer(core, 0, d8, r[SP] + 4 * imm8);
    case 0x13: return transfer(core, 4, d8, r[SP] + 4 * imm8);
    case 0x14: *d8 = ((pc + 2) & ~3u) + 4 * imm8; return 1;
    case 0x15: *d8 = r[SP] + 4 * imm8; return 1;
    case 0x16: case 0x17: return miscellaneous(core, opcode);
    case 0x18: case 0x19: {  // STMIA, LDMIA
        const uint32_t address = *d8;
        if (!(opcode & 0x800 ? load_list(core, imm8, address)
                             : store_list(core, imm8, address))) {
            return 0;
        }
        if (!(imm8 >> (opcode >> 8 & 7) & 1)) {
            *d8 = address + 4 * count(imm8);
        }
        return 1 + count(imm8);
    }
    case 0x1A: case 0x1B:
        if ((opcode >> 8 & 15) >= 14) {
            return 0;
        }
        if (!holds(f, opcode >> 8 & 15)) {
            return 1;
        }
        r[PC] = pc + 2 + 2 * sign8(imm8);
        return 2;
    case 0x1C: r[PC] = pc + 2 + 2 * (((opcode & 0x7FF) ^ 0x400) - 0x400); return 2;
    case 0x1E: {  // BL
        const uint8_t *at = readable(core, pc, 2);
        const uint32_t second = at ? get16(at) : 0;
        if (second >> 14 != 3 || !(second >> 12 & 1)) {
            return 0;
        }
        const uint32_t sign = opcode >> 10 & 1;
        const uint32_t i1 = 1 ^ sign ^ (second >> 13 & 1);
        const uint32_t i2 = 1 ^ sign ^ (second >> 11 & 1);
        const uint32_t offset = (sign ? 0xFF000000u : 0) | i1 << 23 | i2 << 22
            | (opcode & 0x3FF) << 12 | (second & 0x7FF) << 1;
        r[LR] = (pc + 2) | 1;
        r[PC] = pc + 2 + offset;
        return 3;
    }
    default: return 0;
    }
}

uint32_t thumb_run(thumb_t *core, uint32_t cycles) {
    uint32_t *r = core->registers;
    flags_t f = {
        .n = core->apsr,
        .z = ~core->apsr & FLAG_Z,
        .c = core->apsr >> 29 & 1,
        .v = core->apsr << 3,
    };
    uint32_t done = 0;
    core->left = false;
    core->dividing = 0;
    while (done < cycles) {
        const uint32_t pc = r[PC];
        const uint8_t *at = readable(core, pc & ~1u, 2);
        uint32_t took = 0;
        if (at) {
            r[PC] = (pc & ~1u) + 2;
            took = step(core, &f, get16(at));
        }
        if (!took) {
            r[PC] = pc;
            core->left = true;
            break;
        }
        done += took;
    }
    core->apsr = (f.n & FLAG_N) | (f.z ? 0 : FLAG_Z) | (f.c ? FLAG_C : 0) | (f.v >> 31 ? FLAG_V : 0);
    return done;
}
