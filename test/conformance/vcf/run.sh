#!/usr/bin/env bash
# BCFs that bcftools made, into a dataset and out again, killed on the way, compared by bcftools. The real tiledbvcf is in no registry:
# where PATH has one it is used, else our stand-in, and that is said.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v bcftools > /dev/null; then
  apt-get install -y -q --no-install-recommends bcftools > /dev/null 2>&1 \
    || { apt-get update -q > /dev/null 2>&1 && apt-get install -y -q --no-install-recommends bcftools > /dev/null 2>&1; } \
    || { echo "no bcftools to be had"; exit 77; }
fi
bcftools --version | head -1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$here/make-samples.sh"
. "$here/kills.sh"
mkdir "$work/tools"
kills=30
if command -v tiledbvcf > /dev/null; then
  ln -s "$(command -v tiledbvcf)" "$work/tools/tiledbvcf"
  tiledbvcf version | head -1
else
  # The stand-in is killed 300 times by test/vcf/store-once.test.ts.
  kills=2
  echo "skipped: the real tiledbvcf is not in PATH; its stand-in (test/vcf/stand-in) takes its place"
  node "$here/stand-in.ts" "$work/tools"
fi
ln -sf "$(command -v bcftools)" "$work/tools/bcftools"
export PATH="$work/tools:$PATH"
make_samples "$work/samples" 24
only_on chr3 "$work/samples/NA00003.bcf" NA99999
(cd "$work/samples" && ls *.bcf | sed 's/.bcf$//' > names)
mkdir "$work/read"
node "$here/readers.ts" "$work/samples" "$work/read"
# The core that the real program is built on is on PyPI.
venv=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/vcf
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if "$venv/bin/pip" install -q --disable-pip-version-check tiledb==0.36.1 numpy==2.4.6; then
  mkdir "$work/core"
  node "$here/core.ts" "$venv/bin/python" "$work/core"
else
  echo "skipped: no tiledb from PyPI; what TileDB writes is not compared with what we read of it"
fi
kills "${LAB_VCF_KILLS:-$kills}"
(cd "$ROOT" && node bin/bundle.ts)
node "$here/on-the-twin.ts" "$work/samples" "$work/tools"
