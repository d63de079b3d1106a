// replace: sum2
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t a[4], b[4], out[4];
    any_parts(a, 4);
    any_parts(b, 4);
    fx_qmul(out, a, b);
    PROVE(parts_ok(out, 4));
}
