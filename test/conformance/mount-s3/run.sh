#!/usr/bin/env bash
# A real Mountpoint for S3 by the runtime's own mount code: what it shows, what it hides, and what it says when it cannot.
set -euo pipefail
command -v mount-s3 >/dev/null || { echo "mount-s3 is not in PATH: Mountpoint for S3 comes from no package registry, so its part is skipped"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "needs root for FUSE"; exit 77; }
[ -e /dev/fuse ] || { echo "no /dev/fuse"; exit 77; }
mount-s3 --version
cd "$ROOT"
exec node node_modules/jest/bin/jest.js --testPathIgnorePatterns /node_modules/ --runTestsByPath test/conformance/mount-s3/mount-s3.test.ts
