#include "pl_raw_model.h"

#include <string.h>

const uint32_t pl_raw_marks[PL_RAW_MARKS] = {
    (uint32_t)16336 << 16 | 0u,
    (uint32_t)24 << 16 | 16336u,
    (uint32_t)24 << 16 | 16360u,
};

/* A channel that knows nothing but its class. */
static void restart(pl_raw_channel *c, uint32_t class) {
    memset(c, 0, sizeof *c);
    class = class < PL_RANGE_CLASSES ? class : PL_RANGE_CLASSES - 1u;
    c->class = &pl_range_classes[class];
    c->scale = c->class->scale_low + c->class->scale_low / 5u;
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

void pl_raw_settle(pl_raw_channel *channel) {
    for (uint32_t axis = 0; axis < PL_RAW_AXES; axis++, channel++) {
        for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
            channel->weight[k] = pl_raw_hold(channel->weight[k], PL_RAW_WEIGHT_BITS);
        }
    }
}

void pl_raw_channel_save(pl_raw_channel *channel, uint8_t out[PL_RAW_CARRIED]) {
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        int32_t weight = pl_raw_hold(channel->weight[k], PL_RAW_WEIGHT_BITS);
        out[k] = (uint8_t)(weight >> 6);
    }
    out[PL_RAW_TAPS] = (uint8_t)(channel->class - pl_range_classes);
    pl_raw_channel_load(channel, out);
}

void pl_raw_channel_load(pl_raw_channel *channel, const uint8_t in[PL_RAW_CARRIED]) {
    restart(channel, in[PL_RAW_TAPS]);
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        channel->weight[k] = ((int32_t)in[k] - (in[k] > 127u ? 256 : 0)) * 64;
    }
}
