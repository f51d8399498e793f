#!/usr/bin/env bash
# NoisePy's own S3 layer (s3fs over aiobotocore), from PyPI, reads an archive from the twin, with and without a signature, and
# writes its correlations there: what comes of it is what it makes of the same files in a folder.
set -euo pipefail
here=$ROOT/test/conformance/noisepy-s3
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}
python=$cache/noisepy/bin/python
[ -x "$python" ] || { echo "no NoisePy: npm run test:conformance -- ambient-noise installs it"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1 TQDM_DISABLE=1
node "$here/on-the-twin.ts" "$python"
