#!/usr/bin/env bash
# build.sh TREE OUT PYTHON "NAME=VALUE ...": builds the stand-in's image from MicroPython's TREE
# into OUT, the names being the environment that makes the build reproducible.
# shellcheck source=device/port/rp2.sh
. "$(dirname "$0")/../port/rp2.sh"

configure "$root/device/standin/boards/PLUMBLINE_STANDIN" "$root/device/standin/micropython.cmake"
build
run "$python" "$tree/tools/uf2conv.py" -f 0xe48bff56 -b 0x10000000 -c \
    -o "$out/plumbline-standin.uf2" "$out/cmake/firmware.bin"
