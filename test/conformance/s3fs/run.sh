#!/usr/bin/env bash
# A real s3fs by the runtime's own mount code, two identities at once: the dataset with its keys, the outputs as the job.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "needs root for FUSE"; exit 77; }
if ! command -v s3fs >/dev/null; then
  apt-get install -y -q s3fs >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q s3fs >/dev/null 2>&1; } || { echo "no s3fs to be had"; exit 77; }
fi
[ -e /dev/fuse ] || { echo "no /dev/fuse"; exit 77; }
s3fs --version | head -1
cd "$ROOT"
exec node node_modules/jest/bin/jest.js --testPathIgnorePatterns /node_modules/ --runTestsByPath test/conformance/s3fs/s3fs.test.ts
