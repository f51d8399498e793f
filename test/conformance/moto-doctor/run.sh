#!/usr/bin/env bash
# lab doctor asks moto's server, from PyPI, as it would ask AWS: what boto3 made there is found, and what is wrong with it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/moto-doctor
if [ ! -x "$venv/bin/moto_server" ]; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.1'
fi
work=$(mktemp -d)
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/moto_server" -H 127.0.0.1 -p "$port" > "$work/moto.log" 2>&1 &
moto=$!
trap 'kill $moto 2>/dev/null; wait $moto 2>/dev/null; rm -rf "$work"' EXIT
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1 HOME=$work
export AWS_ACCESS_KEY_ID=AKIATESTING AWS_SECRET_ACCESS_KEY=testing AWS_EC2_METADATA_DISABLED=true
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
cd "$ROOT"
"$venv/bin/python" "$here/doctor.py"
