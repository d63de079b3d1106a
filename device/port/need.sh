#!/usr/bin/env bash
# need.sh WHAT:PACKAGE ... : makes sure the machine has each WHAT: a command, file:PATH, python3-venv
# (Python's venv module) or python3-dev (its headers); installs its Debian package when that is
# allowed, else says what to do.
set -euo pipefail

have() {
    case "$1" in
        python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
        python3-dev) python3 -c '
import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "pyconfig.h").exists())' 2>/dev/null ;;
        file:*) [ -e "${1#file:}" ] ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing=()
for pair in "$@"; do
    what=${pair%:*}
    have "$what" || missing+=("${pair##*:}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        echo "Missing: ${missing[*]}. Install them (apt-get install ${missing[*]}), then run make again." >&2
        exit 1
    fi
fi
command -v apt-get >/dev/null || {
    echo "Missing: ${missing[*]}, and this machine has no apt-get. Install them, then run make again." >&2
    exit 1
}
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${as_root[@]}" apt-get update >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
"${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
