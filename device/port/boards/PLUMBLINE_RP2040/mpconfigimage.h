// What the image has of MicroPython (MP_CONFIGFILE): the rp2 port less what the brace never uses.
// The port sets some of these without asking, so they are taken back after it; each pays in flash.
#include <mpconfigport.h>

// Code is frozen, or a developer's, which need not be fast.
#undef MICROPY_EMIT_THUMB
#undef MICROPY_EMIT_INLINE_THUMB
#define MICROPY_EMIT_THUMB                      (0)
#define MICROPY_EMIT_INLINE_THUMB               (0)
// The only filesystem is littlefs.
#undef MICROPY_VFS_FAT
#define MICROPY_VFS_FAT                         (0)
// Nothing hangs on such wires.
#undef MICROPY_PY_MACHINE_DHT_READINTO
#undef MICROPY_PY_ONEWIRE
#define MICROPY_PY_MACHINE_DHT_READINTO         (0)
#define MICROPY_PY_ONEWIRE                      (0)
// plumbcore has the cryptography; hashlib keeps SHA-256 for the developer's file transfer.
#undef MICROPY_PY_CRYPTOLIB
#undef MICROPY_PY_HASHLIB_SHA1
#define MICROPY_PY_CRYPTOLIB                    (0)
#define MICROPY_PY_HASHLIB_SHA1                 (0)
// The brace calculates in integers.
#define MICROPY_PY_MATH_SPECIAL_FUNCTIONS       (0)
#define MICROPY_PY_CMATH                        (0)
#define MICROPY_PY_BUILTINS_COMPLEX             (0)
// Modules without a use here.
#define MICROPY_PY_ASYNCIO                      (0)
#define MICROPY_PY_BUILTINS_HELP                (0)
#define MICROPY_PY_DEFLATE                      (0)
#define MICROPY_PY_FRAMEBUF                     (0)
#define MICROPY_PY_HEAPQ                        (0)
#define MICROPY_PY_RE                           (0)
// The frames of Python's functions have a stack of their own (device/port/cmodule/frames.c).
#define MICROPY_ENABLE_PYSTACK                  (1)
void plumbport_init_frames(void);
#define MICROPY_PORT_INIT_FUNC                  plumbport_init_frames()
// Names are looked up by device/port/cmodule/lookup.c, and by MicroPython only what that misses.
#define MICROPY_OPT_MAP_LOOKUP_CACHE            (0)
#define MICROPY_WRAP_MP_MAP_LOOKUP(f)           plumbport_map_search
