// replace: sum2
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t u[3], v[3];
    any_parts(u, 3);
    any_parts(v, 3);
    PROVE(fx_dot(u, v) != INT32_MIN);
}
