// replace: fx_cross sum2
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t q[4], v[3], out[3];
    any_parts(q, 4);
    any_parts(v, 3);
    fx_rotate(out, q, v);
    PROVE(parts_ok(out, 3));
}
