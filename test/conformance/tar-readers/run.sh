#!/usr/bin/env bash
# GNU tar and bsdtar (Debian), Python's tarfile and ratarmount (PyPI): tar readers that we did not write, over random trees in
# the dialect of the plate archive. TREES says how many; `npm run soak` takes 100,000.
set -euo pipefail
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/tar-readers
mkdir -p "$cache"
command -v bsdtar >/dev/null || apt-get install -y -q libarchive-tools >/dev/null 2>&1 || { echo "no bsdtar to be had"; exit 77; }
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
readers=(gnu bsd "python:$(command -v python3)")
if [ ! -x "$cache/venv/bin/python" ]; then
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q --disable-pip-version-check ratarmountcore==0.11.1 || rm -rf "$cache/venv"
fi
if [ -x "$cache/venv/bin/python" ]; then readers+=("ratarmount:$cache/venv/bin/python"); else echo "without ratarmount: it could not be installed"; fi
# Memory, where there is some: a hundred thousand small files are slow on a disk.
if [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
echo "--- $(tar --version | head -1); $(bsdtar --version); $(python3 --version)"
node "$ROOT/test/plate-archive/trees.ts" "${TREES:-2000}" "${SEED:-$(date +%s)}" "${readers[@]}"
