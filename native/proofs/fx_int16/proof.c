// off: conversion-check
#include "fixed.h"

/* As fx_bits. */
void proof(void) {
    uint32_t x = any_uint32();
    PROVE(fx_int16(x) == fx_int16_contract(x));
}
