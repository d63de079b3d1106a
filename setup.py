"""Only what pyproject.toml cannot say: the extensions built by cffi, the native core, and the
emulator's flash chip and quick instructions."""

from setuptools import setup

setup(
    cffi_modules=[
        "native/bindings/cffi/build_core.py:ffi",
        "native/bindings/cffi/build_nor.py:ffi",
        "host/plumbline/virtual/thumb/build_thumb.py:ffi",
    ]
)
