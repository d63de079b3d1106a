#!/usr/bin/env bash
# build_rp2.sh TREE OUT PYTHON "NAME=VALUE ..." NAME [VARIANT]: builds the brace's image from
# MicroPython's TREE as OUT/NAME.uf2, the names being the environment that makes the build
# reproducible; VARIANT is a mpconfigvariant_*.cmake of the board's.
# shellcheck source=device/port/rp2.sh
. "$(dirname "$0")/rp2.sh"

board=$root/device/port/boards/PLUMBLINE_RP2040
# What was gathered from sources under another configuration names what is no longer there.
for config in "$board"/mpconfig*; do
    [ "$out/cmake/genhdr/qstrdefs.generated.h" -nt "$config" ] || rm -rf "$out/cmake/genhdr"
done
configure "$board" \
    "$root/native/bindings/micropython/micropython.cmake;$root/device/port/cmodule/micropython.cmake" \
    ${6:+-DMICROPY_BOARD_VARIANT="$6"}
# Frozen code names its own strings; made anew, it leaves out those that C has come to name since.
rm -f "$out/cmake/frozen_content.c"
build
"$python" "$root/device/port/finish_image.py" "$out/cmake/firmware.bin" "$out/cmake/firmware.elf" \
    "$2/$5.uf2" >"$out/sizes.txt"
