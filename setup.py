"""Only what pyproject.toml cannot say: the extension built by cffi from the native core."""

from setuptools import setup

setup(cffi_modules=["native/bindings/cffi/build_core.py:ffi"])
