#!/usr/bin/env bash
# moto's own tests of S3 (its sdist on PyPI has them), run by boto3 against the twin: many of them are verified against AWS.
# Which are left out, and why, is in out-of-scope.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/moto
version=5.2.5
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
if [ ! -e "$cache/done-$version" ]; then
  rm -rf "$cache"; mkdir -p "$cache"
  python3 -m venv "$cache/venv"
  pip() { "$cache/venv/bin/pip" "$@" -q --disable-pip-version-check; }
  pip download --no-deps --no-binary :all: -d "$cache" "moto==$version" || { echo "no moto to be had"; exit 77; }
  tar xzf "$cache/moto-$version.tar.gz" -C "$cache"
  [ -d "$cache/moto-$version/tests/test_s3" ] || { echo "no tests in moto's sdist"; exit 77; }
  pip install "$cache/moto-$version[s3,server]" boto3==1.43.11 pytest==8.4.2 freezegun==1.5.5
  touch "$cache/done-$version"
fi

work=$(mktemp -d); mkdir "$work/s3"
node "$here/serve.ts" "$work/s3" > "$work/port" & twin=$!
trap 'kill $twin 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 300); do [ -s "$work/port" ] && break; sleep 0.1; done
# Left to itself, boto3 presigns with Signature Version 2, which the twin refuses.
printf '[default]\ns3 =\n    signature_version = s3v4\n    addressing_style = path\n' > "$work/config"
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
export AWS_CONFIG_FILE=$work/config AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secret
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$work/port") PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
# What is verified against AWS is run as it was there: without any mock.
export MOTO_TEST_ALLOW_AWS_REQUEST=true
cd "$cache/moto-$version"
"$cache/venv/bin/python" -m pytest -p against_the_twin -p no:cacheprovider -q --color=no --tb=short --no-header tests/test_s3 "$@"
