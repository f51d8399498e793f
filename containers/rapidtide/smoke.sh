#!/usr/bin/env bash
# Does an image still do what the contract says? smoke.sh IMAGE [docker arguments…]
set -euo pipefail
image=$1; shift
run() { docker run --rm "$@"; }
[ "$(run "$@" "$image" echo through)" = through ] && echo "ok      without INPUT_BUCKET it is transparent"
if run "$@" "$image" sh -c 'exit 7'; then echo "FAILED  exit codes are lost"; exit 1; else [ $? -eq 7 ]; fi
echo "ok      and passes exit codes on"
[ "$(run "$@" "$image" id -un)" != root ] && echo "ok      as the user of the published image"
run "$@" "$image" rapidtide --version >/dev/null && echo "ok      rapidtide answers"
run "$@" "$image" sh -c 'command -v s3fs' >/dev/null && echo "ok      s3fs is there"
