"""Builds `plumbline.virtual.thumb._thumb`, an abi3 cffi extension of thumb.c.

Run by pip through setup.py, with the project's root as the working directory.
"""

import re
from pathlib import Path

from cffi import FFI

HERE = Path("host/plumbline/virtual/thumb")

ffi = FFI()
# The header without its lines for the preprocessor is cffi's subset of C.
ffi.cdef(re.sub(r"(?m)^#.*$", "", (HERE / "thumb.h").read_text()))
ffi.set_source(
    "plumbline.virtual.thumb._thumb",
    '#include "thumb.h"',
    sources=[str(HERE / "thumb.c")],
    include_dirs=[str(HERE)],
    depends=[str(path) for path in HERE.glob("*.h")],
    extra_compile_args=["-std=c99", "-O2", "-Wall", "-Wextra"],
    py_limited_api=True,
)
