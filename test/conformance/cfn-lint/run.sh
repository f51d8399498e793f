#!/usr/bin/env bash
# cfn-lint, from PyPI, on what we synthesize: the default lab as the CDK's command line writes it, every mode of test/infra/modes.ts.
set -euo pipefail
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/cfn-lint
if [ ! -x "$venv/bin/cfn-lint" ]; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check cfn-lint==1.51.0
fi
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$ROOT"
echo '{"datasets":{"d":{"bucket":"some-bucket","access":"keys"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"}}}}' > "$work/default.json"
node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices -o "$work/default" -c "config=$work/default.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
node_modules/.bin/tsx test/conformance/cfn-lint/write-templates.ts "$work" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
# W3010: hard-coded zones are what CDK writes where no account is known.
"$venv/bin/cfn-lint" -i W3010 --format parseable -- "$work"/*/*.template.json >"$work/found" || [ -s "$work/found" ]
# CDK's own Lambda, which closes a default security group, names its role twice.
if grep -v "W3005:'CustomVpcRestrictDefaultSG" "$work/found"; then exit 1; fi
for lab in "$work"/*/; do echo "ok      $(basename "$lab")"; done
