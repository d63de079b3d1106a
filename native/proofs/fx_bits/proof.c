// off: conversion-check
#include "fixed.h"

/* The conversion is meant to wrap; that its contract says what it gives is shown here. */
void proof(void) {
    int32_t x = any_int32();
    PROVE(fx_bits(x) == fx_bits_contract(x));
}
