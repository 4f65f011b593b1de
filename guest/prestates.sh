#!/bin/sh
# Builds the guests and makes the first states of both VMs from them: prestates.sh [OUT [AGENT]] leaves the state files and
# prestates.json in OUT (default: the committed ones) by means of our own loader (default: bin/agent of the checkout).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/prestates}
agent=${2:-$here/../bin/agent}
mkdir -p "$out"
elfs=$(mktemp -d)
trap 'rm -rf "$elfs"' EXIT
"$here/build.sh" "$elfs"

{
    printf '{\n  "go": "%s",\n  "prestates": [' "$(go env GOVERSION)"
    separator=
    for name in rollup sha256; do
        for vm in singlethreaded multithreaded64-5; do
            case $vm in
                singlethreaded) width=mips32 ;;
                *) width=mips64 ;;
            esac
            state=$out/$name.$vm.bin.gz
            "$agent" cannon load-elf --type $vm --path "$elfs/$name.$width.elf" --out "$state" --meta "" >&2
            hash=$("$agent" cannon witness --input "$state" | sed -n 's/.*"witnessHash": *"\(0x[0-9a-f]*\)".*/\1/p')
            if [ -z "$hash" ]; then
                echo "$agent gives no hash of $state" >&2
                exit 1
            fi
            printf '%s\n    { "name": "%s", "vm": "%s", "hash": "%s" }' "$separator" $name $vm "$hash"
            separator=,
        done
    done
    printf '\n  ]\n}\n'
} > "$elfs/prestates.json"
mv "$elfs/prestates.json" "$out/prestates.json"
