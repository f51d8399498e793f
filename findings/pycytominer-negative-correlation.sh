#!/usr/bin/env bash
# pycytominer 1.7.1, feature_select by "correlation_threshold", which is there "such that no two features have a correlation greater than"
# the threshold: the sign is looked at, the size is not. Of a feature, its copy and its negative, whose correlation is -1, one of the first
# two goes, and two that are one and the same measure are kept. caret's findCorrelation, which does the same in R, takes absolute values.
# Seen: of size, copy and negative one is excluded, with pearson, spearman and kendall; what is kept has a correlation of -1.0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pycytominer==1.7.1 pandas==3.1.1
cd "$work"
venv/bin/python - <<'PY'
from importlib.metadata import version

import numpy
import pandas
from pycytominer import feature_select

print("pycytominer", version("pycytominer"))
noise = numpy.random.default_rng(0)
size, other = noise.normal(size=384), noise.normal(size=384)
wells = pandas.DataFrame({
    "Metadata_Well": [f"{row}{column:02d}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)],
    "Cells_size": size, "Cells_copy": size + noise.normal(0, 1e-6, 384), "Cells_negative": -size, "Cells_other": other})
for method in ("pearson", "spearman", "kendall"):
    chosen = feature_select(wells, operation="correlation_threshold", corr_threshold=0.9, corr_method=method)
    kept = [each for each in chosen.columns if each.startswith("Cells_")]
    lowest = round(float(chosen[kept].corr(method).to_numpy().min()), 3)
    print(method, "keeps", kept, "- lowest correlation of two kept:", lowest)
    assert len(kept) == 3 and {"Cells_negative", "Cells_other"} < set(kept) and lowest == -1.0, "CHANGED"
PY
echo "as seen before"
