// replace: pl_ori_valid pl_crc32
#include "fusion.h"
#include "pl_fusion_state.c"

void proof(void) {
    ANY_FILTER(st, co);
    uint8_t bytes[PL_ORI_SAVED_SIZE];
    uint32_t length = any_uint32();
    ANY(bytes);
    ASSUME(length <= sizeof bytes);
    pl_ori_state was = st;
    int result = pl_ori_restore(&st, &co, bytes, length);
    PROVE(result == 0 || result == PL_EFUSION_STATE);
    PROVE(state_ok(&st, &co));
    PROVE(result == 0 || (st.sample == was.sample && st.q[0] == was.q[0]));
}
