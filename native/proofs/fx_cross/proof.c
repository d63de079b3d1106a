// replace: sum2
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t u[3], v[3], out[3];
    any_parts(u, 3);
    any_parts(v, 3);
    fx_cross(out, u, v);
    PROVE(parts_ok(out, 3));
}
