#!/usr/bin/env bash
# sources.sh DIR: fills DIR with MicroPython 1.25.0 and the libraries that the rp2 and unix ports
# need: pico-sdk, TinyUSB, mbedtls 3.6.  MICROPYTHON_SOURCE chooses where they come from:
#   debian (default where apt is): Debian 13's packages, verified by the archive's own signatures
#   git: the upstream tag, pinned by its commit, with its submodules
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
commit=f498a16c7db6d4b2de200b3e0856528dfe0613c3
upstream=https://github.com/micropython/micropython.git
from=${MICROPYTHON_SOURCE:-$(command -v apt-get >/dev/null && echo debian || echo git)}

mkdir -p "$dir.work"
exec 9>"$dir.work/lock"
flock 9
[ -e "$dir/.ready" ] && exit 0
work=$dir.work/tree
rm -rf "$work" "$dir"

from_debian() {
    local down=$dir.work/debian
    echo "Downloading MicroPython and its libraries (Debian 13's packages)" >&2
    "$here/trixie.sh" "$down" source micropython mbedtls >&2
    "$here/trixie.sh" "$down" binary pico-sdk-source tinyusb-source >&2
    mkdir -p "$work" "$down/unpacked"
    tar -xf "$down"/micropython_1.25.0*.orig.tar.* -C "$work" --strip-components=1
    for package in pico-sdk tinyusb; do
        dpkg -x "$down/$package"-source_*.deb "$down/unpacked"
        rm -rf "$work/lib/$package"
        cp -r "$down/unpacked/usr/src/$package" "$work/lib/$package"
    done
    mkdir -p "$work/lib/mbedtls"
    tar -xf "$down"/mbedtls_3.6.*.orig.tar.* -C "$work/lib/mbedtls" --strip-components=1
    # Debian strips micropython-lib; our manifests take nothing from it, the build only looks for it.
    mkdir -p "$work/lib/micropython-lib"
    touch "$work/lib/micropython-lib/README.md"
    rm -rf "$down"
}

from_git() {
    echo "Cloning MicroPython 1.25.0 from $upstream" >&2
    git clone -q --depth 1 --branch v1.25.0 "$upstream" "$work" >&2
    [ "$(git -C "$work" rev-parse HEAD)" = "$commit" ] || {
        echo "The tag v1.25.0 is not commit $commit: refusing to build from it." >&2
        exit 1
    }
    git -C "$work" submodule update -q --init --depth 1 lib/mbedtls lib/micropython-lib lib/tinyusb lib/pico-sdk >&2
}

case $from in
    debian) from_debian ;;
    git) from_git ;;
    *) echo "MICROPYTHON_SOURCE is '$from': say debian or git, or name a tree in MICROPYTHON_DIR." >&2; exit 1 ;;
esac
make -s -C "$work/mpy-cross" -j "$(nproc)" >"$dir.work/mpy-cross.log" 2>&1 || {
    tail -n 20 "$dir.work/mpy-cross.log" >&2
    exit 1
}
mv "$work" "$dir"
touch "$dir/.ready"
