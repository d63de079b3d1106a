#include "directions.h"
#include "pl_fixed.c"

void proof(void) {
    int64_t a = any_int64(), b = any_int64();
    ASSUME(asks_quotient(a, b));
    quotient(a, b);
}
