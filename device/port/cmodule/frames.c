/*
 * Where Python's functions keep their locals: a stack of their own.
 *
 * Without it MicroPython takes the frame of every function with more than 11 words of locals and
 * temporaries from its heap, and finding room there cost more than all else the brace does (39 %
 * of the cycles it was awake).  Called by mp_init (MICROPY_PORT_INIT_FUNC in mpconfigimage.h), before
 * any Python runs.
 */
#include <stdint.h>

#include "py/pystack.h"
#include "py/runtime.h"

#define FRAMES_BYTES 8192

void plumbport_init_frames(void);

static uint64_t frames[FRAMES_BYTES / sizeof(uint64_t)];

void plumbport_init_frames(void) {
    mp_pystack_init(frames, frames + FRAMES_BYTES / sizeof(uint64_t));
}
