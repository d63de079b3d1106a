/*
 * What `make bench` runs of the orientation filter on the bare Cortex-M0+
 * (host/plumbline/virtual/m0.py), and beside it a single-precision filter of the usual kind.
 */
#include <stdint.h>

#include "madgwick.h"
#include "pl_fusion.h"

pl_ori_coef bench_coef;
pl_ori_state bench_state;
int16_t bench_sample[6];
int32_t bench_quat[4];
madgwick bench_madgwick;

void rom_float_init(void);

/* All that a firmware calls of the orientation filter, so that its size can be told. */
const void *const bench_api[] = {
    pl_ori_params_default, pl_ori_coef_init, pl_ori_init, pl_ori_update, pl_ori_update_block,
    pl_ori_update_fifo, pl_fifo_init, pl_ori_gap, pl_ori_quat, pl_ori_flags, pl_ori_rate,
    pl_ori_force, pl_ori_bias, pl_ori_set_bias,
};
/* What goes on from a saved state, which is more than the bias. */
const void *const bench_state_api[] = { pl_ori_save, pl_ori_restore };

int bench_init(uint32_t rate_mhz, uint32_t gyr_fs_mdps, uint32_t acc_fs_ug) {
    pl_ori_params params;
    pl_ori_params_default(&params);
    params.rate_mhz = rate_mhz;
    params.gyr_fs_mdps = gyr_fs_mdps;
    params.acc_fs_ug = acc_fs_ug;
    int error = pl_ori_coef_init(&bench_coef, &params);
    pl_ori_init(&bench_state, &bench_coef);
    return error;
}

void bench_update(void) {
    pl_ori_update(&bench_state, &bench_coef, bench_sample);
}

void bench_read(void) {
    pl_ori_quat(&bench_state, &bench_coef, bench_quat);
}

uint32_t bench_state_bytes(void) {
    return sizeof bench_state;
}

uint32_t bench_coef_bytes(void) {
    return sizeof bench_coef;
}

void bench_madgwick_init(uint32_t rate_mhz, uint32_t gyr_fs_dps) {
    rom_float_init();
    madgwick_init(&bench_madgwick, (float)(1000000000u / rate_mhz) * 1e-6f, (float)gyr_fs_dps);
}

void bench_madgwick_update(void) {
    madgwick_update(&bench_madgwick, bench_sample);
}
