"""Builds `plumbcore._core`: the C core as one abi3 cffi extension for the host.

Every `*.cdef` beside this file declares one area of the core in cffi's subset of C; all of
`native/src/*.c` is compiled in, and what `*.c` beside this file adds for the host alone.  Run by
pip through `cffi-modules` in pyproject.toml, with the project's root as the working directory.
"""

from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent if "__file__" in globals() else Path("native/bindings/cffi")
NATIVE = HERE.parent.parent
ROOT = NATIVE.parent

HEADERS = sorted(path.name for part in (NATIVE / "include", HERE) for path in part.glob("*.h"))
CDEFS = sorted(HERE.glob("*.cdef"))
SOURCES = sorted([*(NATIVE / "src").glob("*.c"), *HERE.glob("*.c")])

ffi = FFI()
for cdef in CDEFS:
    ffi.cdef(cdef.read_text())
ffi.set_source(
    "plumbcore._core",
    "".join(f'#include "{name}"\n' for name in HEADERS),
    sources=[str(path.relative_to(ROOT)) for path in SOURCES],
    include_dirs=[str((NATIVE / part).relative_to(ROOT))
                  for part in ("include", "src", "bindings/cffi")],
    depends=[str(path.relative_to(ROOT))
             for part in ("include", "src", "bindings/cffi")
             for path in (NATIVE / part).glob("*.h")],
    # Wrapping signed arithmetic is never relied on; the flags only keep gcc strict and quick.
    # Vectors made of neighbouring scalars wait for the stores of these: a third slower.
    # Nobody takes the place of the core's functions, so that calls among them need no table.
    extra_compile_args=["-std=c99", "-O3", "-fno-tree-slp-vectorize", "-fvisibility=hidden",
                        "-Wall", "-Wextra", "-Wno-unused-parameter",
                        "-Wno-missing-field-initializers"],
    py_limited_api=True,
)
