// replace: fx_bits
#include "fixed.h"

void proof(void) {
    int32_t x = any_int32();
    PROVE(fx_size(x) == size_of(x));
}
