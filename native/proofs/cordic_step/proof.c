#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int32_t x = any_int32(), y = any_int32();
    int i = any_int32();
    ASSUME(between(i, 0, CORDIC_STEPS - 1) && cordic_ok(x, y, i));
    cordic_step(&x, &y, i);
    PROVE(cordic_ok(x, y, i + 1));
}
