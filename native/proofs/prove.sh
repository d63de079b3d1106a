#!/usr/bin/env bash
# prove.sh TOOLS BUILD NAME: proves native/proofs/NAME with the CBMC in the folder TOOLS; the log
# is BUILD/NAME.log.  A proof's first lines may say
#   // replace: f g ...  put f_contract for each call of f
#   // unwind: n         no loop runs oftener (checked, default 8)
#   // off: conversion-check   for a reason that the proof gives
set -euo pipefail

tools=$1 build=$2 name=$3
proofs=$(cd "$(dirname "$0")" && pwd)
native=$(dirname "$proofs")
source=$proofs/$name/proof.c
log=$build/$name.log

said() { sed -n "s|^// $1: *||p" "$source"; }

mkdir -p "$build"
start=$SECONDS
prove() {
    "$tools/goto-cc" -std=c99 -I"$native/include" -I"$native/src" -I"$proofs" \
        --function proof "$source" -o "$build/$name.goto" || return
    replace=()
    for function in $(said replace); do
        replace+=(--replace-calls "$function:${function}_contract")
    done
    if [ ${#replace[@]} -gt 0 ]; then
        "$tools/goto-instrument" "${replace[@]}" "$build/$name.goto" "$build/$name.goto" || return
    fi
    local unwind=$(said unwind) off=$(said off) checks=()
    [[ $off == conversion-check ]] || checks=(--conversion-check)
    "$tools/cbmc" "$build/$name.goto" "${checks[@]}" --drop-unused-functions \
        --unwind "${unwind:-8}"
}

prove >"$log" 2>&1 || {
    grep -E 'FAILURE|rror' "$log" >&2 || tail -n 20 "$log" >&2
    echo "$name: NOT PROVED, see $log" >&2
    exit 1
}
checks=$(sed -n 's/^\*\* 0 of \([0-9]*\) failed.*/\1/p' "$log")
printf '  %-22s %4d checks  %4d s\n' "$name" "$checks" $((SECONDS - start))
