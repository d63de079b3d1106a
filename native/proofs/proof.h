/*
 * What all proofs share.  A proof is a function `proof` that takes any inputs that the function's
 * contract allows, calls it, and checks what the contract promises; CBMC looks at all of them at
 * once, at every overflow, conversion, shift and access on the way.
 *
 * A contract is a pair of functions, asks_f (what f's caller sees to) and gives_f (what f then
 * promises), and f_contract, which checks the one and then is anything that agrees with the
 * other.  `// replace: f` in a proof puts f_contract for each call of f.
 */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(condition) __CPROVER_assert(condition, #condition)

#define ANY_VALUE(name, type)       \
    static inline type name(void) { \
        type value;                 \
        return value;               \
    }
ANY_VALUE(any_int32, int32_t)
ANY_VALUE(any_uint32, uint32_t)
ANY_VALUE(any_int64, int64_t)
ANY_VALUE(any_uint64, uint64_t)
ANY_VALUE(any_int16, int16_t)
ANY_VALUE(any_bool, bool)

/* Anything in it. */
#define ANY(object) __CPROVER_havoc_object(&(object))

static inline bool between(int64_t x, int64_t low, int64_t high) {
    return low <= x && x <= high;
}

static inline bool upto(int64_t x, int64_t limit) {
    return between(x, -limit, limit);
}

#endif
