#include "pl_pack.h"

#include <string.h>

#include "pl_range_code.h"
#include "pl_segment.h"

#define FIRST_CLASS 3u
/* Most bytes that one byte of a record adds. */
#define BYTE_MAX 4u

/* Encoder or decoder: the same steps serve both, so that they cannot differ. */
typedef struct {
    pl_range_encoder *encoder;
    pl_range_decoder *decoder;
} coder;

static uint32_t code_bits(coder *c, uint32_t value, uint32_t bits) {
    if (c->encoder != NULL) {
        uint32_t unit = c->encoder->range >> bits;
        pl_range_narrow(c->encoder, unit * value, unit);
        return value;
    }
    uint32_t unit = c->decoder->range >> bits;
    uint32_t limit = (1u << bits) - 1u;
    value = c->decoder->code / unit;
    value = value > limit ? limit : value;
    pl_range_widen(c->decoder, unit * value, unit);
    return value;
}

static uint32_t code_symbol(coder *c, pl_range_table table, uint32_t symbol) {
    if (c->encoder != NULL) {
        pl_range_put(c->encoder, table, symbol);
        return symbol;
    }
    return pl_range_get(c->decoder, table, PL_RANGE_SYMBOLS);
}

static uint32_t code_folded(coder *c, const pl_range_class *class, uint32_t folded) {
    uint32_t symbol = folded >> class->low_bits;
    pl_range_table table = class == pl_range_classes ? pl_range_still : class->table[0];
    symbol = code_symbol(c, table, symbol < PL_RANGE_ESCAPE ? symbol : PL_RANGE_ESCAPE);
    if (symbol == PL_RANGE_ESCAPE) {
        return code_bits(c, folded, 8);
    }
    uint32_t mask = (1u << class->low_bits) - 1u;
    uint32_t low = class->low_bits > 0 ? code_bits(c, folded & mask, class->low_bits) : 0;
    return (symbol << class->low_bits | low) & 0xFFu;
}

static int32_t wrap(uint32_t difference) {
    return (int32_t)((difference + 128u) & 0xFFu) - 128;
}

static uint8_t blend(uint8_t cost, int32_t residual) {
    uint32_t size = (uint32_t)(residual < 0 ? -residual : residual);
    return (uint8_t)((3u * cost + 2u * (size < 127u ? size : 127u) + 2u) / 4u);
}

/* One byte at its place: codes `value`, or decodes and returns it. */
static uint32_t code_byte(coder *c, pl_pack_place *p, uint32_t value) {
    if (!p->seen) {
        value = code_bits(c, value, 8);
        p->seen = 1;
        p->class = FIRST_CLASS;
        p->scale = (uint16_t)pl_range_classes[FIRST_CLASS].scale_low;
        p->last = p->before = (uint8_t)value;
        return value;
    }
    uint32_t onward = 2u * p->last - p->before;
    uint32_t expected = p->cost[1] < p->cost[0] ? onward : p->last;
    const pl_range_class *class = &pl_range_classes[p->class];
    uint32_t folded = code_folded(c, class, pl_fold(wrap(value - expected)));
    value = (expected + (uint32_t)pl_unfold(folded)) & 0xFFu;
    p->cost[0] = blend(p->cost[0], wrap(value - p->last));
    p->cost[1] = blend(p->cost[1], wrap(value - onward));
    p->scale = (uint16_t)(p->scale + (folded << 3) - (p->scale >> 2));
    p->class = (uint8_t)(pl_range_classify(class, p->scale) - pl_range_classes);
    p->before = p->last;
    p->last = (uint8_t)value;
    return value;
}

/* Which slot a record goes to: a known one, or, if it is the number of slots, a new one. */
static pl_pack_slot *code_slot(coder *c, pl_pack_model *m, uint32_t type, uint32_t base_cs) {
    uint32_t index = 0;
    while (index < m->slots && m->slot[index].type != type) {
        index++;
    }
    index = code_byte(c, &m->choice, index);
    if (index < m->slots) {
        return &m->slot[index];
    }
    /* The last slot is the one that many types share. */
    index = m->slots < PL_PACK_SLOTS ? m->slots++ : PL_PACK_SLOTS - 1u;
    pl_pack_slot *slot = &m->slot[index];
    memset(slot, 0, sizeof *slot);
    slot->t_cs = base_cs;
    slot->type = (uint8_t)code_bits(c, type, 8);
    return slot;
}

static uint32_t code_body_byte(coder *c, pl_pack_slot *slot, uint32_t at, uint32_t value) {
    uint32_t place = PL_PACK_HEAD + at;
    return place < PL_PACK_PLACES ? code_byte(c, &slot->place[place], value)
                                  : code_bits(c, value, 8);
}

void pl_pack_begin(pl_pack *pack, uint32_t base_cs) {
    memset(&pack->model, 0, sizeof pack->model);
    pl_pack_go_on(pack, base_cs);
}

void pl_pack_go_on(pl_pack *pack, uint32_t base_cs) {
    pl_range_begin(&pack->range, pack->out + 1);
    pack->base_cs = base_cs;
    pack->records = 0;
    pack->plain = 0;
}

/* What the payload takes if it is finished now: the bytes out and one more. */
static int fits(const pl_pack *pack, uint32_t room) {
    return (uint32_t)(pack->range.next - pack->out) + 1u <= room;
}

int32_t pl_pack_add(pl_pack *pack, uint32_t room, uint8_t type, uint8_t version, uint32_t t_cs,
                    const uint8_t *body, uint32_t length) {
    coder c = {&pack->range, NULL};
    pack->plain += pl_record_size(length);
    if (pack->records == 255u || pack->plain > PL_PACK_PLAIN_MAX || length > 255u) {
        return PL_PACK_FULL;
    }
    pack->records++;
    pl_pack_slot *slot = code_slot(&c, &pack->model, type, pack->base_cs);
    code_byte(&c, &slot->place[0], length);
    code_byte(&c, &slot->place[1], version);
    uint32_t interval = t_cs - slot->t_cs;
    slot->t_cs = t_cs;
    for (uint32_t i = 0; i < 3u; i++) {
        code_byte(&c, &slot->place[2u + i], interval >> (8u * i) & 0xFFu);
    }
    for (uint32_t i = 0; i < length && fits(pack, room); i++) {
        code_body_byte(&c, slot, i, body[i]);
    }
    return fits(pack, room) ? 1 : PL_PACK_FULL;
}

uint32_t pl_pack_finish(const pl_pack *pack, uint8_t *out) {
    uint32_t used = (uint32_t)(pack->range.next - pack->out);
    memcpy(out, pack->out, used);
    out[0] = (uint8_t)pack->records;
    /* The number with the fewest bytes in the coder's interval, which is 2^24 wide at least. */
    uint32_t end = pack->range.low + 0xFFFFFFu;
    if (end < pack->range.low) {
        pl_range_carry(out + used);
    }
    out[used] = (uint8_t)(end >> 24);
    return used + 1u;
}

int32_t pl_unpack(pl_pack_model *model, uint32_t base_cs, const uint8_t *payload,
                  uint32_t length, uint8_t *out, uint32_t capacity) {
    pl_range_decoder decoder;
    uint8_t body[255];
    uint32_t used = 0;
    if (length < 2u) {
        return PL_EPACK_FORMAT;
    }
    pl_range_open(&decoder, payload, length, 1);
    coder c = {NULL, &decoder};
    for (uint32_t records = payload[0]; records > 0; records--) {
        pl_pack_slot *slot = code_slot(&c, model, 0, base_cs);
        uint32_t size = code_byte(&c, &slot->place[0], 0);
        uint32_t version = code_byte(&c, &slot->place[1], 0);
        uint32_t interval = 0;
        for (uint32_t i = 0; i < 3u; i++) {
            interval |= code_byte(&c, &slot->place[2u + i], 0) << (8u * i);
        }
        for (uint32_t i = 0; i < size; i++) {
            body[i] = (uint8_t)code_body_byte(&c, slot, i, 0);
        }
        slot->t_cs += interval;
        uint32_t dt_cs = (slot->t_cs - base_cs) & PL_RECORD_TIME_MAX;
        slot->t_cs = base_cs + dt_cs;
        /* The coder reads three bytes ahead of the last one that counts. */
        if (decoder.used > length + 3u || version > 7u ||
            pl_record_size(size) > capacity - used) {
            return PL_EPACK_FORMAT;
        }
        used += pl_record_write(out + used, slot->type, (uint8_t)version, dt_cs, body, size);
    }
    return (int32_t)used;
}
