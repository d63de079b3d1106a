#!/usr/bin/env bash
# build.sh TREE OUT PYTHON "NAME=VALUE ...": builds the stand-in's image from MicroPython's TREE
# into OUT, the names being the environment that makes the build reproducible.
set -euo pipefail

tree=$1
root=$(pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
python=$3
# shellcheck disable=SC2163
for pair in $4; do export "$pair"; done
export CFLAGS="-ffile-prefix-map=$out=out -ffile-prefix-map=$root=plumbline -ffile-prefix-map=$tree=mpy"
export CXXFLAGS=$CFLAGS ASMFLAGS=$CFLAGS

run() { "$@" >>"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log" >&2; exit 1; }; }

: >"$out/build.log"
run cmake -S "$tree/ports/rp2" -B "$out/cmake" \
    -DMICROPY_BOARD=PLUMBLINE_STANDIN -DMICROPY_BOARD_DIR="$root/device/standin/boards/PLUMBLINE_STANDIN" \
    -DUSER_C_MODULES="$root/device/standin/micropython.cmake" \
    -DPICO_NO_PICOTOOL=1 -DCMAKE_BUILD_TYPE=MinSizeRel
run make -C "$out/cmake" -j "${JOBS:-$(nproc)}"
"$python" "$tree/tools/uf2conv.py" -f 0xe48bff56 -b 0x10000000 -c -o "$out/plumbline-standin.uf2" \
    "$out/cmake/firmware.bin" >>"$out/build.log"
