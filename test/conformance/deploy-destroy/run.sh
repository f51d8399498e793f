#!/usr/bin/env bash
# moto, an AWS that we did not write, holds a lab: the project's own cdk destroys its stack, the audit names what is left, and
# the aws CLI of AWS runs every command that the audit prints, until there is nothing left.
set -euo pipefail
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/deploy-destroy
if [ ! -x "$venv/bin/aws" ] || ! "$venv/bin/python" -c 'import moto; assert moto.__version__ == "5.2.1"' 2>/dev/null; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.1' awscli==1.45.11 boto3==1.43.11
fi
cd "$ROOT"
work=$(mktemp -d)
"$venv/bin/moto_server" -H 127.0.0.1 -p 0 >"$work/moto.txt" 2>&1 &
moto=$!
# cdk remembers in cdk.context.json which zones an account has; moto's are nobody's to remember.
[ -e cdk.context.json ] && cp cdk.context.json "$work/context.json"
restore() { if [ -e "$work/context.json" ]; then cp "$work/context.json" cdk.context.json; else rm -f cdk.context.json; fi; }
trap 'kill $moto 2>/dev/null || true; restore; rm -rf "$work"' EXIT
for _ in $(seq 120); do port=$(grep -oP 'Running on http://127.0.0.1:\K\d+' "$work/moto.txt" | head -1 || true); [ -n "$port" ] && break; sleep 0.5; done
# cdk takes S3 by its path for loopback names; moto wants to read "localhost" in a template's address.
export AWS_ENDPOINT_URL=http://localhost:$port AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secret AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CONFIG_FILE
export AWS_EC2_METADATA_DISABLED=true CDK_DISABLE_CLI_TELEMETRY=true HOME=$work PATH="$venv/bin:$PATH"
"$venv/bin/python" "$ROOT/test/conformance/deploy-destroy/main.py"
