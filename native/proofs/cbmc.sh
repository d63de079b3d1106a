#!/usr/bin/env bash
# cbmc.sh DIR: prints the folder with a cbmc, goto-cc and goto-instrument that run on this machine:
# its own, the system's package, or (on a Debian that has none) Debian 13's, unpacked into DIR and
# started with the C library that came with them.
set -euo pipefail

port=$(cd "$(dirname "$0")/../../device/port" && pwd)

found() {
    command -v goto-cc >/dev/null && command -v goto-instrument >/dev/null \
        && dirname "$(command -v cbmc)"
}

found && exit 0
if apt-cache policy cbmc 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    "$port/need.sh" cbmc:cbmc
    found && exit 0
fi

mkdir -p "$1"
dir=$(cd "$1" && pwd)
exec 9>"$dir/.lock"
flock 9
if [ ! -e "$dir/.ready" ]; then
    echo "Downloading CBMC (Debian 13's packages)" >&2
    rm -rf "$dir/down" "$dir/root"
    "$port/trixie.sh" "$dir/down" binary cbmc minisat libc6 libstdc++6 libgcc-s1 zlib1g >&2
    for package in "$dir"/down/*.deb; do
        dpkg -x "$package" "$dir/root"
    done
    rm -rf "$dir/down"
    library=$(dirname "$(find "$dir/root" -name libc.so.6 | head -n 1)")
    loader=$(find "$library" -name 'ld-linux*' | head -n 1)
    for tool in cbmc goto-cc goto-instrument; do
        printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
            "$loader" "$library:$dir/root/usr/lib" "$dir/root/usr/bin/$tool" >"$dir/$tool"
        chmod +x "$dir/$tool"
    done
    touch "$dir/.ready"
fi
echo "$dir"
