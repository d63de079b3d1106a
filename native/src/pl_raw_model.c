#include "pl_raw_model.h"

#include <string.h>

/* In the byte of a carried class: the mean led. */
#define LEADS 0x80u

/* What the weights come to where there is nothing but noise: the mean of four values. */
static const int32_t noisy[PL_RAW_TAPS] = {-3072, -2048, -1024};

const uint16_t pl_raw_marks[PL_RAW_MARKS + 1u] = {0, 16336, 16360, 16384};

/* A channel that knows nothing but its class. */
static void restart(pl_raw_channel *c, uint32_t class) {
    memset(c, 0, sizeof *c);
    class = class < PL_RANGE_CLASSES ? class : PL_RANGE_CLASSES - 1u;
    c->class = &pl_range_classes[class];
    c->scale = (int32_t)(c->class->scale_low + c->class->scale_low / 5u);
}

void pl_raw_model_init(pl_raw_model *model) {
    memset(model, 0, sizeof *model);
    for (uint32_t i = 0; i < PL_RAW_CHANNELS; i++) {
        restart(&model->channel[i], 11);
        model->channel[i].weight[0] = 1200;
    }
    restart(&model->count[0], 6);
    restart(&model->count[1], 6);
}

static void settle(pl_raw_channel *c) {
    int32_t sum = 0;
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        c->weight[k] = pl_raw_hold(c->weight[k], PL_RAW_WEIGHT_BITS);
        sum += c->weight[k];
    }
    if (sum < PL_RAW_NOISY && !pl_raw_mean_leads(c)) {
        /* Of the last four values. */
        c->mean = c->last * 256 -
                  (3 * c->difference[0] + 2 * c->difference[1] + c->difference[2]) * 64;
        c->lead = PL_RAW_LEAD;
    }
}

void pl_raw_settle(pl_raw_channel *channel) {
    for (uint32_t axis = 0; axis < PL_RAW_AXES; axis++) {
        settle(&channel[axis]);
    }
}

void pl_raw_start(pl_raw_channel *channel, int32_t value) {
    channel->last = value;
    channel->mean = value * 256;
}

uint32_t pl_raw_channel_save(pl_raw_channel *channel, uint8_t *out) {
    uint32_t class = (uint32_t)(channel->class - pl_range_classes);
    if (pl_raw_mean_leads(channel)) {
        out[0] = (uint8_t)(class | LEADS);
        return pl_raw_channel_load(channel, out, 1);
    }
    out[0] = (uint8_t)class;
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        int32_t weight = pl_raw_hold(channel->weight[k], PL_RAW_WEIGHT_BITS);
        out[1u + k] = (uint8_t)(weight >> 6);
    }
    return pl_raw_channel_load(channel, out, 1u + PL_RAW_TAPS);
}

uint32_t pl_raw_channel_load(pl_raw_channel *channel, const uint8_t *in, uint32_t length) {
    uint32_t taken = length > 0 && in[0] & LEADS ? 1u : 1u + PL_RAW_TAPS;
    if (length < taken) {
        return 0;
    }
    restart(channel, in[0] & (LEADS - 1u));
    if (taken == 1u) {
        channel->lead = PL_RAW_LEAD;
        memcpy(channel->weight, noisy, sizeof noisy);
        return taken;
    }
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        channel->weight[k] = ((int32_t)in[1u + k] - (in[1u + k] > 127u ? 256 : 0)) * 64;
    }
    return taken;
}
