#!/usr/bin/env bash
# The real NoisePy, from PyPI, met by our code in every way in which it ends well over less than was asked for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}
venv=$cache/noisepy
if [ ! -x "$venv/bin/noisepy" ]; then
  # Its metadata take Python 3.9 and 3.10 alone.
  python=$(for each in python3.10 ~/.pyenv/versions/3.10.*/bin/python; do "$each" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2> /dev/null && echo "$each" && break; done || true)
  [ -n "$python" ] || { echo "no Python 3.10"; exit 77; }
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$ROOT/containers/ambient-noise/noisepy/requirements.txt"
fi
export PYTHONDONTWRITEBYTECODE=1
# Julia comes from no registry: its example's syntax is what can be looked at.
syntax=$cache/julia-syntax
if [ ! -x "$syntax/bin/python" ]; then
  "$venv/bin/python" -m venv "$syntax"
  "$syntax/bin/pip" install -q --disable-pip-version-check tree-sitter==0.25.2 tree-sitter-julia==0.23.1
fi
"$syntax/bin/python" "$here/julia_syntax.py" "$ROOT"/containers/ambient-noise/julia/*.jl
bash -n "$ROOT/containers/ambient-noise/julia/run.sh"
node "$here/traps.ts" "$venv/bin/python" "$here/waveforms.py"
# The same by the door that people use.
(cd "$ROOT" && node bin/bundle.ts)
node "$here/on-the-twin.ts" "$venv"
