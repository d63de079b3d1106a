#include "fixed.h"
#include "pl_fixed.c"

void proof(void) {
    PROVE(upto(fx_cdeg(any_int32()), 18000));
}
