// replace: fx_bits fx_square fx_sqrt64 fx_mul_64 quotient
// unwind: 19
#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t v[4] = { any_int32(), any_int32(), any_int32(), any_int32() };
    int n = any_int32();
    ASSUME(between(n, 2, 4));
    const int32_t was[4] = { v[0], v[1], v[2], v[3] };
    int done = fx_unit(v, n);
    PROVE(gives_fx_unit(v, n, done));
    for (int i = 0; i < 4; i++) {
        PROVE((done && i < n) || v[i] == was[i]);
    }
}
