#include "pl_pipe.h"

#include <stddef.h>

#include "pl_fixed.h"

/* To be called whenever the alignment has changed. */
static void take_alignment(pl_pipe_sensor *sensor) {
    if (sensor->present) {
        pl_feat_coef_init(&sensor->feat, sensor->align.q, sensor->coef.gyr_fs_mdps,
                          sensor->coef.acc_fs_ug);
    }
}

int pl_pipe_init(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz) {
    pl_ori_params params;
    pl_ori_params_default(&params);
    return pl_pipe_init_scaled(pipe, rate_s_mhz, rate_l_mhz, params.gyr_fs_mdps, params.acc_fs_ug);
}

int pl_pipe_init_scaled(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz,
                        uint32_t gyr_fs_mdps, uint32_t acc_fs_ug) {
    const uint32_t rates[PL_PIPE_SENSORS] = { rate_s_mhz, rate_l_mhz };
    uint32_t lead = rate_s_mhz != 0u ? rate_s_mhz : rate_l_mhz;
    uint32_t block_rate = lead / PL_PIPE_BLOCK_SAMPLES;
    pipe->in_block = 0;
    pipe->doing = PL_PIPE_WEARING;
    int result = pl_rel_init(&pipe->rel, block_rate, PL_REL_TAU_MS);
    if (result != 0) {
        return result;
    }
    pl_feat_init(&pipe->move);
    pl_feat_rates_init(&pipe->other);
    for (unsigned i = 0; i < PL_PIPE_SENSORS; i++) {
        pl_pipe_sensor *sensor = &pipe->sensor[i];
        sensor->present = rates[i] != 0u;
        sensor->sums = (pl_pipe_sums){ .n = 0 };
        pl_fifo_init(&sensor->fifo);
        result = pl_align_init(&sensor->align, block_rate);
        if (result != 0) {
            return result;
        }
        if (!sensor->present) {
            continue;
        }
        pl_ori_params params;
        pl_ori_params_default(&params);
        params.rate_mhz = rates[i];
        params.gyr_fs_mdps = gyr_fs_mdps;
        params.acc_fs_ug = acc_fs_ug;
        result = pl_ori_coef_init(&sensor->coef, &params);
        if (result != 0) {
            return result;
        }
        pl_ori_init(&sensor->ori, &sensor->coef);
        take_alignment(sensor);
    }
    return 0;
}

int pl_pipe_align(pl_pipe *pipe, unsigned sensor, const int32_t q[4]) {
    int result = pl_align_set(&pipe->sensor[sensor].align, q);
    take_alignment(&pipe->sensor[sensor]);
    return result;
}

void pl_pipe_do(pl_pipe *pipe, unsigned doing) {
    pipe->doing = (uint8_t)doing;
    if (doing == PL_PIPE_STILL) {
        for (unsigned i = 0; i < PL_PIPE_SENSORS; i++) {
            pl_align_begin(&pipe->sensor[i].align);
        }
    }
}

int pl_pipe_find(pl_pipe *pipe, unsigned sensor) {
    int result = pl_align_finish(&pipe->sensor[sensor].align);
    take_alignment(&pipe->sensor[sensor]);
    return result;
}

int pl_pipe_level(pl_pipe *pipe, unsigned sensor) {
    pl_align *align = &pipe->sensor[sensor].align;
    int32_t nominal[4];
    for (unsigned k = 0; k < 4u; k++) {
        nominal[k] = align->q[k];
    }
    int result = pl_align_level(align, nominal);
    take_alignment(&pipe->sensor[sensor]);
    return result;
}

const pl_align *pl_pipe_alignment(const pl_pipe *pipe, unsigned sensor) {
    return &pipe->sensor[sensor].align;
}

uint32_t pl_pipe_unpack(pl_pipe *pipe, unsigned sensor, const uint8_t *words, uint32_t length,
                        int16_t *samples, uint32_t room, uint32_t *lost) {
    pl_fifo *fifo = &pipe->sensor[sensor].fifo;
    uint32_t n = 0;
    for (uint32_t at = 0; at + PL_FIFO_WORD <= length && n < room; at += PL_FIFO_WORD) {
        if (pl_fifo_word(fifo, words + at)) {
            *lost += fifo->lost;
            for (unsigned k = 0; k < 6u; k++) {
                samples[6u * n + k] = fifo->sample[k];
            }
            n++;
        }
    }
    return n;
}

void pl_pipe_gap(pl_pipe *pipe, unsigned sensor, uint32_t n) {
    pl_pipe_sensor *it = &pipe->sensor[sensor];
    if (it->present) {
        pl_ori_gap(&it->ori, &it->coef, n);
    }
}

static void take(pl_pipe_sensor *sensor, const int16_t *sample) {
    pl_pipe_sums *sums = &sensor->sums;
    pl_ori_update(&sensor->ori, &sensor->coef, sample);
    for (unsigned k = 0; k < 3u; k++) {
        int32_t g = sample[k];
        int32_t a = sample[3u + k];
        sums->gyr_square += (uint32_t)(g * g);
        sums->acc[k] += a;
        sums->acc_square += (uint32_t)(a * a);
    }
    sums->n++;
}

/* Root mean square, in counts, of `square` summed over n samples, as full scale / 32768 units. */
static uint32_t scaled_root(uint64_t mean_square, uint32_t full_scale) {
    /* 3 * 2^30 at most. */
    uint32_t root = fx_sqrt((uint32_t)mean_square);
    return (uint32_t)(((uint64_t)root * full_scale) >> 15);
}

/* Inclination of the segment's z axis, 0..18000 cdeg, from its attitude. */
static int32_t inclination_cdeg(const int32_t q[4]) {
    /* tan(inclination / 2) = |(x, y)| / |(w, z)|; Q15 keeps the squares in 32 bits. */
    int32_t w = q[0] >> 15;
    int32_t x = q[1] >> 15;
    int32_t y = q[2] >> 15;
    int32_t z = q[3] >> 15;
    int32_t half = fx_atan2((int32_t)fx_sqrt((uint32_t)(x * x + y * y)),
                            (int32_t)fx_sqrt((uint32_t)(w * w + z * z)), NULL);
    return 2 * fx_cdeg(half);
}

/* Writes the sensor's part of a block vector; leaves the attitude earth <- segment in q. */
static void finish(pl_pipe *pipe, pl_pipe_sensor *sensor, int32_t *out, int32_t q[4]) {
    pl_pipe_sums *sums = &sensor->sums;
    uint32_t flags = pl_ori_flags(&sensor->ori, &sensor->coef);
    int32_t attitude[4];
    pl_ori_quat(&sensor->ori, &sensor->coef, attitude);
    if (pipe->doing == PL_PIPE_STILL) {
        pl_align_still(&sensor->align, attitude, flags);
    } else if (pipe->doing == PL_PIPE_BENDING) {
        pl_align_bend(&sensor->align, attitude);
    }
    pl_align_segment(&sensor->align, attitude, q);
    pl_tilt(q, out + PL_BLOCK_FLEXION);
    out[PL_BLOCK_INCLINATION] = inclination_cdeg(q);
    out[PL_BLOCK_RATE] = 0;
    out[PL_BLOCK_DYNAMIC] = 0;
    if (sums->n != 0u) {
        /* n^2 times the variance, exactly: sums of squares of up to 2^16 samples fit. */
        uint64_t square = sums->acc_square * sums->n;
        for (unsigned k = 0; k < 3u; k++) {
            square -= (uint64_t)(sums->acc[k] * sums->acc[k]);
        }
        uint64_t variance = square / ((uint64_t)sums->n * sums->n);
        out[PL_BLOCK_RATE] =
            (int32_t)scaled_root(sums->gyr_square / sums->n, sensor->coef.gyr_fs_mdps);
        out[PL_BLOCK_DYNAMIC] = (int32_t)(scaled_root(variance, sensor->coef.acc_fs_ug) / 1000u);
    }
    out[PL_BLOCK_ORI_FLAGS] = (int32_t)flags;
    *sums = (pl_pipe_sums){ .n = 0 };
}

static unsigned leading(const pl_pipe *pipe) {
    return pipe->sensor[PL_PIPE_S].present ? PL_PIPE_S : PL_PIPE_L;
}

/* The attitude at the last sample, Q30: nothing is taken out of its delay. */
static inline void attitude(const pl_pipe_sensor *sensor, int32_t q[4]) {
    for (unsigned i = 0; i < 4u; i++) {
        q[i] = 2 * sensor->ori.q[i];
    }
}

static void take_first(pl_pipe *pipe, pl_pipe_sensor *sensor, const int16_t *sample) {
    int32_t q[4];
    take(sensor, sample);
    attitude(sensor, q);
    pl_feat_update(&pipe->move, &sensor->feat, sample, q);
}

static void take_other(pl_pipe *pipe, pl_pipe_sensor *sensor, const int16_t *sample) {
    int32_t q[4];
    take(sensor, sample);
    attitude(sensor, q);
    pl_feat_rates_update(&pipe->other, &sensor->feat, sample, q);
}

/* Writes the block's movement; the bias found so far holds for the next block's rates. */
static void finish_movement(pl_pipe *pipe, int32_t *out) {
    pl_pipe_sensor *first = &pipe->sensor[leading(pipe)];
    pl_pipe_sensor *second = &pipe->sensor[1u - leading(pipe)];
    int32_t bias[3];
    pl_feat_block(&pipe->move, out + PL_BLOCK_MOVE);
    pl_ori_bias(&first->ori, &first->coef, bias);
    pl_feat_bias(&pipe->move.rates, &first->feat, bias);
    if (second->present) {
        pl_feat_rates_block(&pipe->other, out + PL_BLOCK_OTHER_RATE);
        pl_ori_bias(&second->ori, &second->coef, bias);
        pl_feat_bias(&pipe->other, &second->feat, bias);
    }
}

static void end_block(pl_pipe *pipe, int32_t *out) {
    static const uint8_t AT[PL_PIPE_SENSORS] = { PL_BLOCK_S, PL_BLOCK_L };
    int32_t q[PL_PIPE_SENSORS][4];
    for (unsigned k = 0; k < PL_BLOCK_FIELDS; k++) {
        out[k] = 0;
    }
    for (unsigned i = 0; i < PL_PIPE_SENSORS; i++) {
        if (pipe->sensor[i].present) {
            out[PL_BLOCK_FLAGS] |= 1 << i;
            finish(pipe, &pipe->sensor[i], out + AT[i], q[i]);
        }
    }
    if (out[PL_BLOCK_FLAGS] == (PL_BLOCK_HAS_S | PL_BLOCK_HAS_L)) {
        pl_rel_update(&pipe->rel, q[PL_PIPE_S], q[PL_PIPE_L], pipe->doing == PL_PIPE_STILL);
        for (unsigned k = 0; k < 3u; k++) {
            out[PL_BLOCK_LUMBAR + k] = pipe->rel.angle_cdeg[k];
        }
    }
    finish_movement(pipe, out);
    pipe->in_block = 0;
}

int32_t pl_pipe_chunk(pl_pipe *pipe, const int16_t *s, uint32_t n_s, const int16_t *l,
                      uint32_t n_l, int32_t *blocks, uint32_t room) {
    unsigned lead = leading(pipe);
    const int16_t *first_samples = lead == PL_PIPE_S ? s : l;
    const int16_t *other_samples = lead == PL_PIPE_S ? l : s;
    uint32_t n_lead = lead == PL_PIPE_S ? n_s : n_l;
    uint32_t n_other = lead == PL_PIPE_S ? n_l : n_s;
    pl_pipe_sensor *first = &pipe->sensor[lead];
    pl_pipe_sensor *second = &pipe->sensor[1u - lead];
    if (!second->present) {
        n_other = 0;
    }
    if ((pipe->in_block + n_lead) / PL_PIPE_BLOCK_SAMPLES > room) {
        return PL_EPIPE_SPACE;
    }
    uint32_t done = 0;
    int32_t written = 0;
    for (uint32_t i = 0; i < n_lead; i++) {
        take_first(pipe, first, first_samples + 6u * i);
        for (uint32_t until = (i + 1u) * n_other / n_lead; done < until; done++) {
            take_other(pipe, second, other_samples + 6u * done);
        }
        pipe->in_block++;
        if (pipe->in_block == PL_PIPE_BLOCK_SAMPLES) {
            end_block(pipe, blocks + (uint32_t)written * PL_BLOCK_FIELDS);
            written++;
        }
    }
    /* Without samples of the leading sensor the other's wait for nothing. */
    for (; done < n_other; done++) {
        take_other(pipe, second, other_samples + 6u * done);
    }
    return written;
}

void pl_pipe_quat(const pl_pipe *pipe, unsigned sensor, int32_t q[4]) {
    pl_ori_quat(&pipe->sensor[sensor].ori, &pipe->sensor[sensor].coef, q);
}

void pl_pipe_bias(const pl_pipe *pipe, unsigned sensor, int32_t bias_udps[3]) {
    pl_ori_bias(&pipe->sensor[sensor].ori, &pipe->sensor[sensor].coef, bias_udps);
}

void pl_pipe_set_bias(pl_pipe *pipe, unsigned sensor, const int32_t bias_udps[3]) {
    pl_ori_set_bias(&pipe->sensor[sensor].ori, &pipe->sensor[sensor].coef, bias_udps);
}
