#!/bin/sh
# A preimage server: serves DIR/<64 hex digits of the key>, and writes each hint as a line to DIR/hints.
# Usage: serve-directory.sh DIR, with descriptors 3 to 6 as the preimage protocol has them.
dir=$1

hints() {
    while :; do
        length=$(head -c 4 <&3 | od -An -v -tx1 | tr -d ' \n')
        [ ${#length} -eq 8 ] || exit 0
        head -c $((0x$length)) <&3 >>"$dir/hints"
        echo >>"$dir/hints"
        printf '\0' >&4
    done
}

hints &
exec 3<&- 4>&-
while :; do
    key=$(head -c 32 <&5 | od -An -v -tx1 | tr -d ' \n')
    [ ${#key} -eq 64 ] || exit 0
    if [ ! -f "$dir/$key" ]; then
        echo "no preimage $key" >&2
        exit 7
    fi
    echo "serving $key"
    size=$(stat -c %s "$dir/$key")
    printf "\\0\\0\\0\\0\\$(printf %o $((size >> 24 & 255)))\\$(printf %o $((size >> 16 & 255)))\\$(printf %o $((size >> 8 & 255)))\\$(printf %o $((size & 255)))" >&6
    cat "$dir/$key" >&6
done
