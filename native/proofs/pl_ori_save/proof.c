// replace: pl_crc32
#include "fusion.h"
#include "pl_fusion_state.c"

void proof(void) {
    ANY_FILTER(st, co);
    uint8_t bytes[PL_ORI_SAVED_SIZE];
    uint32_t length = any_uint32();
    ASSUME(length <= sizeof bytes);
    int result = pl_ori_save(&st, &co, bytes, length);
    PROVE(result == (length == sizeof bytes ? (int)PL_ORI_SAVED_SIZE : PL_EFUSION_SPACE));
}
