# Sourced with TREE OUT PYTHON "NAME=VALUE ..." by what builds an image of MicroPython's rp2 port:
# sets tree, root, out, python and log, and makes the build reproducible.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

tree=$1
root=$(pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
python=$3
# shellcheck disable=SC2163
for pair in $4; do export "$pair"; done
log=$out/build.log
: >"$log"

# No path of this machine may reach the image.
export CFLAGS="-ffile-prefix-map=$out=out -ffile-prefix-map=$root=plumbline -ffile-prefix-map=$tree=mpy"
export CXXFLAGS=$CFLAGS ASMFLAGS=$CFLAGS

# Its output to the log, whose end is shown if it fails.
run() { "$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 1; }; }

# configure BOARD_DIR MODULES [OPTION]...
configure() {
    run cmake -S "$tree/ports/rp2" -B "$out/cmake" -DMICROPY_BOARD="$(basename "$1")" \
        -DMICROPY_BOARD_DIR="$1" -DUSER_C_MODULES="$2" -DPICO_NO_PICOTOOL=1 \
        -DCMAKE_BUILD_TYPE=MinSizeRel "${@:3}"
}

# As many jobs as Make was told.
build() { run make -C "$out/cmake" -j "${JOBS:-$(nproc)}"; }
