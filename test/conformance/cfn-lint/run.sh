#!/usr/bin/env bash
# cfn-lint, from PyPI, on what we synthesize: the default lab, one with everything else turned on, and an existing bucket.
set -euo pipefail
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/cfn-lint
if [ ! -x "$venv/bin/cfn-lint" ]; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check cfn-lint==1.51.0
fi
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$ROOT"
check() {
  echo "$2" > "$work/$1.json"
  node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices -o "$work/$1" -c "config=$work/$1.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  # W3010: hard-coded zones are what CDK writes where no account is known.
  "$venv/bin/cfn-lint" -i W3010 -- "$work/$1"/*.template.json && echo "ok      $1"
}
data='"datasets":{"d":{"bucket":"some-bucket","access":"keys"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"}}}'
check default "{$data}"
check spot '{"name":"spot","region":"eu-central-1","datasets":{"d":{"bucket":"some-bucket","access":"role","prefix":"a/"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"},"pools":["arm64-spot","x86-spot","arm64-ondemand"]}}}'
check existing '{"existingOutputBucket":"my-bucket","datasets":{"d":{"bucket":"some-bucket","access":"keys","existingSecret":"theirs"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"},"image":"public.ecr.aws/rapidtide/rapidtide:v3.2.0"}}}'
