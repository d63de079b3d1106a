#include "pl_raw_model.h"

#include <string.h>

/* Scale in the middle of a class. */
static int32_t class_scale(uint32_t class) {
    return (int32_t)(pl_raw_class_end[class] - pl_raw_class_end[class] / 7u);
}

static void restart(pl_raw_channel *c, uint32_t class) {
    uint32_t last_class = PL_RAW_CLASSES - 1u;
    c->class = (uint8_t)(class > last_class ? last_class : class);
    c->scale = class_scale(c->class);
    c->spread = c->scale >> 2;
    c->norm = 0;
    while (c->spread >> 4 >> c->norm > 1) {
        c->norm++;
    }
    memset(c->difference, 0, sizeof c->difference);
}

void pl_raw_model_init(pl_raw_model *model) {
    memset(model, 0, sizeof *model);
    for (uint32_t i = 0; i < PL_RAW_CHANNELS; i++) {
        restart(&model->channel[i], 11);
        model->channel[i].weight[0] = 1200;
        model->channel[i].warm_up = PL_RAW_WARM_UP;
    }
    restart(&model->count[0], 6);
    restart(&model->count[1], 6);
}

void pl_raw_channel_save(pl_raw_channel *channel, uint8_t out[PL_RAW_CARRIED]) {
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        out[k] = (uint8_t)(channel->weight[k] >> 6);
    }
    out[PL_RAW_TAPS] = channel->class;
    pl_raw_channel_load(channel, out);
}

void pl_raw_channel_load(pl_raw_channel *channel, const uint8_t in[PL_RAW_CARRIED]) {
    for (uint32_t k = 0; k < PL_RAW_TAPS; k++) {
        channel->weight[k] = ((int32_t)in[k] - (in[k] > 127u ? 256 : 0)) * 64;
    }
    restart(channel, in[PL_RAW_TAPS]);
    channel->seen = 0;
    channel->warm_up = 0;
}
