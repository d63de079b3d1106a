#!/usr/bin/env bash
# build_rp2.sh TREE OUT PYTHON "NAME=VALUE ..." NAME [VARIANT]: builds the brace's image from
# MicroPython's TREE as OUT/NAME.uf2, the names being the environment that makes the build
# reproducible; VARIANT is a mpconfigvariant_*.cmake of the board's.
set -euo pipefail

tree=$1
root=$(pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
python=$3
# shellcheck disable=SC2163
for pair in $4; do export "$pair"; done
log=$out/build.log

# No path of this machine may reach the image.
export CFLAGS="-ffile-prefix-map=$out=out -ffile-prefix-map=$root=plumbline -ffile-prefix-map=$tree=mpy"
export CXXFLAGS=$CFLAGS ASMFLAGS=$CFLAGS

run() { "$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 1; }; }

: >"$log"
# What was gathered from sources under another configuration names what is no longer there.
for config in "$root"/device/port/boards/PLUMBLINE_RP2040/mpconfig*; do
    [ "$out/cmake/genhdr/qstrdefs.generated.h" -nt "$config" ] || rm -rf "$out/cmake/genhdr"
done
run cmake -S "$tree/ports/rp2" -B "$out/cmake" \
    -DMICROPY_BOARD=PLUMBLINE_RP2040 -DMICROPY_BOARD_DIR="$root/device/port/boards/PLUMBLINE_RP2040" \
    -DUSER_C_MODULES="$root/native/bindings/micropython/micropython.cmake;$root/device/port/cmodule/micropython.cmake" \
    ${6:+-DMICROPY_BOARD_VARIANT="$6"} -DPICO_NO_PICOTOOL=1 -DCMAKE_BUILD_TYPE=MinSizeRel
# Frozen code names its own strings; made anew, it leaves out those that C has come to name since.
rm -f "$out/cmake/frozen_content.c"
run make -C "$out/cmake" -j "${JOBS:-$(nproc)}"
"$python" "$root/device/port/finish_image.py" "$out/cmake/firmware.bin" "$out/cmake/firmware.elf" \
    "$2/$5.uf2" >"$out/sizes.txt"
