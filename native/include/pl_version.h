/*
 * Version of the native core.  One number for all four builds of it (firmware, MicroPython unix
 * port, cffi, fuzzers and proofs); it changes whenever the same input could give another output,
 * because replay is only exact between equal cores.
 */
#ifndef PL_VERSION_H
#define PL_VERSION_H

#include <stdint.h>

#define PL_CORE_VERSION 1u

/* The PL_CORE_VERSION this core was compiled with. */
uint32_t pl_core_version(void);

#endif
