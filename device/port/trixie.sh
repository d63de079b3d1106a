#!/usr/bin/env bash
# trixie.sh DIR source NAME ... | binary NAME ... : downloads Debian 13 packages into DIR without
# touching the system, from the mirror this machine already uses, verified by the archive's own
# signatures (apt checks the index against the Debian archive keyring and each file against it).
set -euo pipefail

dir=$(mkdir -p "$1" && cd "$1" && pwd)
kind=$2
shift 2

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || { echo "No $keyring: install debian-archive-keyring, or set MICROPYTHON_DIR." >&2; exit 1; }

# The first Debian mirror named in the machine's own apt sources, in either of apt's two formats.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null \
    | grep -vE '^\s*#' \
    | grep -oE '(https?|file|copy|mirror)[:+][^ ]*/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
[ -n "$mirror" ] || { echo "No Debian mirror in this machine's apt sources: set MICROPYTHON_DIR." >&2; exit 1; }

apt=$dir/.apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc"
for type in deb deb-src; do
    echo "$type [signed-by=$keyring] $mirror trixie main"
done > "$apt/etc/sources.list"
options=(
    -oDir::Etc::SourceList="$apt/etc/sources.list" -oDir::Etc::SourceParts=/dev/null
    -oDir::State::Lists="$apt/lists" -oDir::Cache="$apt/cache" -oAPT::Sandbox::User=
    -oDebug::NoLocking=1 -qq
)

cd "$dir"
if ! find "$apt/lists" -name '*Sources' -mmin -1440 2>/dev/null | grep -q .; then
    apt-get "${options[@]}" update
fi
for name in "$@"; do
    case $kind in
        source) apt-get "${options[@]}" source --download-only "$name" ;;
        binary) apt-get "${options[@]}" download "$name" ;;
    esac
done
