#include "fixed.h"

void proof(void) {
    int32_t x = any_int32();
    ASSUME(upto(x, 32768));
    PROVE(gives_fx_square(x, fx_square(x)));
}
