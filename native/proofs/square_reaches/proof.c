// replace: fx_bits
// unwind: 15
#include "fixed.h"

/* The other half of fx_square's contract. */
void proof(void) {
    int32_t x = any_int32();
    ASSUME(upto(x, 32768));
    PROVE(square_reaches(x, fx_square(x)));
}
