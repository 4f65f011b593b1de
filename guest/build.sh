#!/bin/sh
# Builds the guests for both VMs: build.sh OUT [NAME] leaves OUT/<name>.mips32.elf and OUT/<name>.mips64.elf.
#
# The same sources and the same Go give the same bytes wherever the checkout lies: no paths, no version control stamp, no
# build id, nothing from the caller's Go settings, no modules but the standard library. The Go of the committed prestates is
# named in prestates/prestates.json.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 OUT [NAME]" >&2
    exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")"

[ $# -gt 0 ] || set -- rollup sha256
for name in "$@"; do
    for arch in mips mips64; do
        case $arch in
            mips) width=mips32 ;;
            mips64) width=mips64 ;;
        esac
        env GOENV=off GOFLAGS= GO111MODULE=on GOPROXY=off GOWORK=off GOEXPERIMENT= CGO_ENABLED=0 \
            GOOS=linux GOARCH=$arch GOMIPS=softfloat GOMIPS64=softfloat \
            go build -trimpath -buildvcs=false -ldflags "-s=false -w -buildid=" -o "$out/$name.$width.elf" "./$name"
    done
done
