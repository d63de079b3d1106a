// replace: fx_bits
#include "fusion.h"
#include "pl_fusion.c"

void proof(void) {
    ANY_FILTER(st, co);
    ASSUME(co.acc_fs_ug <= PL_ORI_ACC_FS_MAX_UG);
    int32_t force[3];
    pl_ori_force(&st, &co, force);
}
