#!/usr/bin/env bash
# A plate's whole way (archive by two at once, verify, delete behind the proof by ETag, restore) against versitygw, an S3 server
# that we did not write, from the Go module proxy. It has no lifecycle and no cold classes that need a restore: what moves to
# DEEP_ARCHIVE and comes back from it is seen on the twin alone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=v1.8.0
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/versitygw-$version
command -v go >/dev/null || { echo "no go"; exit 77; }
if [ ! -x "$cache/versitygw" ]; then
  mkdir -p "$cache"
  GOBIN=$cache GOFLAGS=-p=2 go install "github.com/versity/versitygw/cmd/versitygw@$version" || { echo "no versitygw to be had"; exit 77; }
fi
work=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
export ROOT_ACCESS_KEY=AKIATEST ROOT_SECRET_KEY=secretsecret
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# With versions as well as without: what is proved and deleted names them.
for versions in no yes; do
  mkdir -p "$work/$versions/data" "$work/$versions/versions" "$work/$versions/meta"
  [ $versions = yes ] && more="--versioning-dir $work/$versions/versions" || more=""
  # shellcheck disable=SC2086
  "$cache/versitygw" --port "127.0.0.1:$port" --region us-east-1 --quiet posix --sidecar "$work/$versions/meta" $more "$work/$versions/data" > "$work/log" 2>&1 & server=$!
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
  echo "--- a server with versions: $versions"
  node "$here/way.ts" "http://127.0.0.1:$port" AKIATEST secretsecret || { tail -5 "$work/log"; exit 1; }
  kill $server; wait $server 2>/dev/null || true
done
