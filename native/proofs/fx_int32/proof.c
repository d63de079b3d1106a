// off: conversion-check
#include "fixed.h"

/* As fx_bits. */
void proof(void) {
    uint32_t x = any_uint32();
    PROVE(fx_int32(x) == fx_int32_contract(x));
}
