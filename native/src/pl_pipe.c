#include "pl_pipe.h"

#include "pl_angle.h"
#include "pl_fixed.h"

static const int32_t ONE = 1 << 30;

int pl_pipe_init(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz) {
    pl_ori_params params;
    pl_ori_params_default(&params);
    return pl_pipe_init_scaled(pipe, rate_s_mhz, rate_l_mhz, params.gyr_fs_mdps, params.acc_fs_ug);
}

int pl_pipe_init_scaled(pl_pipe *pipe, uint32_t rate_s_mhz, uint32_t rate_l_mhz,
                        uint32_t gyr_fs_mdps, uint32_t acc_fs_ug) {
    const uint32_t rates[PL_PIPE_SENSORS] = { rate_s_mhz, rate_l_mhz };
    pipe->in_block = 0;
    for (unsigned i = 0; i < PL_PIPE_SENSORS; i++) {
        pl_pipe_sensor *sensor = &pipe->sensor[i];
        sensor->present = rates[i] != 0u;
        sensor->sums = (pl_pipe_sums){ .n = 0 };
        sensor->align[0] = ONE;
        sensor->align[1] = sensor->align[2] = sensor->align[3] = 0;
        pl_fifo_init(&sensor->fifo);
        if (!sensor->present) {
            continue;
        }
        pl_ori_params params;
        pl_ori_params_default(&params);
        params.rate_mhz = rates[i];
        params.gyr_fs_mdps = gyr_fs_mdps;
        params.acc_fs_ug = acc_fs_ug;
        int result = pl_ori_coef_init(&sensor->coef, &params);
        if (result != 0) {
            return result;
        }
        pl_ori_init(&sensor->ori, &sensor->coef);
    }
    return 0;
}

void pl_pipe_align(pl_pipe *pipe, unsigned sensor, const int32_t q[4]) {
    for (unsigned k = 0; k < 4u; k++) {
        pipe->sensor[sensor].align[k] = q[k];
    }
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

/* Third row of the rotation matrix of earth <- segment: the vertical as the segment sees it, Q30. */
static void vertical(const pl_pipe_sensor *sensor, int32_t up[3]) {
    int32_t q[4];
    pl_ori_quat(&sensor->ori, &sensor->coef, q);
    const int32_t *a = sensor->align;
    int64_t w = (int64_t)q[0] * a[0] - (int64_t)q[1] * a[1] - (int64_t)q[2] * a[2] - (int64_t)q[3] * a[3];
    int64_t x = (int64_t)q[0] * a[1] + (int64_t)q[1] * a[0] + (int64_t)q[2] * a[3] - (int64_t)q[3] * a[2];
    int64_t y = (int64_t)q[0] * a[2] - (int64_t)q[1] * a[3] + (int64_t)q[2] * a[0] + (int64_t)q[3] * a[1];
    int64_t z = (int64_t)q[0] * a[3] + (int64_t)q[1] * a[2] - (int64_t)q[2] * a[1] + (int64_t)q[3] * a[0];
    w >>= 30;
    x >>= 30;
    y >>= 30;
    z >>= 30;
    up[0] = fx_clamp((int32_t)((x * z - w * y) >> 29), ONE);
    up[1] = fx_clamp((int32_t)((y * z + w * x) >> 29), ONE);
    up[2] = fx_clamp((int32_t)(ONE - ((x * x + y * y) >> 29)), ONE);
}

static void finish(pl_pipe_sensor *sensor, int32_t *out) {
    int32_t up[3];
    pl_pipe_sums *sums = &sensor->sums;
    vertical(sensor, up);
    /* Half the bits are enough for lengths, and keep squares in 32 bits. */
    int32_t x = up[0] >> 15;
    int32_t y = up[1] >> 15;
    int32_t z = up[2] >> 15;
    out[PL_BLOCK_FLEXION] = pl_atan2_cdeg(-up[0], up[2]);
    out[PL_BLOCK_LATERAL] = pl_atan2_cdeg(up[1], (int32_t)fx_sqrt((uint32_t)(x * x + z * z)) * 32768);
    out[PL_BLOCK_INCLINATION] = pl_atan2_cdeg((int32_t)fx_sqrt((uint32_t)(x * x + y * y)) * 32768, up[2]);
    out[PL_BLOCK_RATE] = 0;
    out[PL_BLOCK_DYNAMIC] = 0;
    if (sums->n != 0u) {
        uint64_t square = sums->acc_square / sums->n;
        uint64_t mean = 0;
        for (unsigned k = 0; k < 3u; k++) {
            int32_t m = (int32_t)(sums->acc[k] / (int64_t)sums->n);
            mean += (uint32_t)(m * m);
        }
        /* Rounding of the means can make the difference slightly negative. */
        uint64_t variance = square > mean ? square - mean : 0u;
        out[PL_BLOCK_RATE] = (int32_t)scaled_root(sums->gyr_square / sums->n, sensor->coef.gyr_fs_mdps);
        out[PL_BLOCK_DYNAMIC] = (int32_t)(scaled_root(variance, sensor->coef.acc_fs_ug) / 1000u);
    }
    out[PL_BLOCK_ORI_FLAGS] = (int32_t)pl_ori_flags(&sensor->ori, &sensor->coef);
    *sums = (pl_pipe_sums){ .n = 0 };
}

static void end_block(pl_pipe *pipe, int32_t *out) {
    pl_pipe_sensor *sensor = pipe->sensor;
    for (unsigned k = 0; k < PL_BLOCK_FIELDS; k++) {
        out[k] = 0;
    }
    if (sensor[PL_PIPE_S].present) {
        out[PL_BLOCK_FLAGS] |= PL_BLOCK_HAS_S;
        finish(&sensor[PL_PIPE_S], out + PL_BLOCK_S);
    }
    if (sensor[PL_PIPE_L].present) {
        out[PL_BLOCK_FLAGS] |= PL_BLOCK_HAS_L;
        finish(&sensor[PL_PIPE_L], out + PL_BLOCK_L);
    }
    pipe->in_block = 0;
}

int32_t pl_pipe_chunk(pl_pipe *pipe, const int16_t *s, uint32_t n_s, const int16_t *l,
                      uint32_t n_l, int32_t *blocks, uint32_t room) {
    unsigned lead = pipe->sensor[PL_PIPE_S].present ? PL_PIPE_S : PL_PIPE_L;
    const int16_t *leading = lead == PL_PIPE_S ? s : l;
    const int16_t *other = lead == PL_PIPE_S ? l : s;
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
        take(first, leading + 6u * i);
        for (uint32_t until = (i + 1u) * n_other / n_lead; done < until; done++) {
            take(second, other + 6u * done);
        }
        pipe->in_block++;
        if (pipe->in_block == PL_PIPE_BLOCK_SAMPLES) {
            end_block(pipe, blocks + (uint32_t)written * PL_BLOCK_FIELDS);
            written++;
        }
    }
    /* Without samples of the leading sensor the other's wait for nothing. */
    for (; done < n_other; done++) {
        take(second, other + 6u * done);
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
