#!/usr/bin/env bash
# botocore's published service models, from PyPI, check every answer of the twin: shape, types, required members, errors.
set -euo pipefail
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/botocore
if [ ! -d "$venv/lib" ] || ! "$venv/bin/python" -c 'import botocore; assert botocore.__version__ == "1.44.5"' 2>/dev/null; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check botocore==1.44.5
fi
. "$ROOT/test/conformance/fresh-twin.sh"
as deployer
unset AWS_CONFIG_FILE
export AWS_EC2_METADATA_DISABLED=true
read -r _ queue _ definition _ <<<"$(lab stack-info rapidtide --local)"
bucket=$(lab stack-info rapidtide --local --json | "$venv/bin/python" -c 'import json,sys; print(json.load(sys.stdin)["outputBucket"])')
"$venv/bin/python" "$ROOT/test/conformance/botocore/main.py" "$queue" "$definition" "$bucket"
