// replace: fx_bits
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    ASSUME(bias_unit_ok(&co));
    ASSUME(co.gyr_fs_mdps <= PL_ORI_GYR_FS_MAX_MDPS);
    int32_t rate[3];
    pl_ori_rate(&st, &co, rate);
}
