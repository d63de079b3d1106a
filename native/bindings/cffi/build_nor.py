"""Builds `plumbline.virtual._nor`: the flash chip of the virtual brace as an abi3 cffi extension.

Run by pip through setup.py, with the project's root as the working directory.
"""

import re
from pathlib import Path

from cffi import FFI

NOR = Path("native/nor")

ffi = FFI()
# The header without comments and what only the preprocessor reads is cffi's subset of C.
header = re.sub(r"/\*.*?\*/", "", (NOR / "nor.h").read_text(), flags=re.DOTALL)
ffi.cdef(re.sub(r"(?m)^#(?!define \w+ \d).*$", "", header))
ffi.set_source(
    "plumbline.virtual._nor",
    '#include "nor.h"',
    sources=[str(NOR / "nor.c")],
    include_dirs=[str(NOR)],
    depends=[str(NOR / "nor.h")],
    extra_compile_args=["-std=c99", "-O2", "-Wall", "-Wextra"],
    py_limited_api=True,
)
