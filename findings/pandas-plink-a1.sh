#!/usr/bin/env bash
# One PLINK 1 bed/bim/fam, read by bed-reader 1.1.0 and by pandas-plink 2.3.2, each as it comes: both say that they count the allele
# "A1" (count_A1=True; ref="a1"), and the counts are each other's opposite, 2 for 0. pandas-plink names the bim's fifth column, which is
# A1 in PLINK, a0, and its sixth, which is A2 there, a1. Tables made by the two and put together have their effects turned round.
# Seen: 0, 1, 2 by the one and 2, 1, 0 by the other; a1 is "A" in bed-reader (allele_1) and "G" in pandas-plink.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check bed-reader==1.1.0 pandas-plink==2.3.2 numpy==1.26.4 pandas==2.3.3
cd "$work"
DISABLE_PANDERA_IMPORT_WARNING=True venv/bin/python - <<'PY'
from importlib.metadata import version

import numpy
from bed_reader import open_bed, to_bed
from pandas_plink import read_plink1_bin

print("bed-reader", version("bed-reader"), "pandas-plink", version("pandas-plink"))
to_bed("one.bed", numpy.array([[0], [1], [2]]), properties={
    "iid": ["p1", "p2", "p3"], "fid": ["f1", "f2", "f3"], "sid": ["rs1"], "chromosome": ["1"], "bp_position": [100],
    "allele_1": ["A"], "allele_2": ["G"]})
with open("one.bim") as file:
    print("bim:", file.read().split())
with open_bed("one.bed") as bed:
    one, one_a1 = bed.read()[:, 0].tolist(), str(bed.allele_1[0])
array = read_plink1_bin("one.bed", verbose=False)
other, other_a1 = array.values[:, 0].tolist(), str(array.a1.values[0])
print("bed-reader counts", one_a1, one, "- pandas-plink counts", other_a1, other)
assert (one, one_a1) == ([0.0, 1.0, 2.0], "A"), "CHANGED: bed-reader"
assert (other, other_a1) == ([2.0, 1.0, 0.0], "G"), "CHANGED: pandas-plink"
PY
echo "as seen before"
