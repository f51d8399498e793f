#!/usr/bin/env bash
# pycytominer 1.7.1, consensus of replicates by "modz": a value that is missing in one replicate counts as zero with that replicate's
# whole weight, for the weights of the others are not raised. Of four replicates of about 1, one of them missing, the consensus is
# 0.75; "median" says 1. A feature that fails in some wells of a treatment looks weaker in all that is made from it. No warning.
# Seen: 0.75 of 1 with one of four missing, 0.5 with two.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pycytominer==1.7.1 pandas==3.1.1
cd "$work"
venv/bin/python -W error::UserWarning -W error::RuntimeWarning - <<'PY'
from importlib.metadata import version

import numpy
import pandas
from pycytominer import consensus

print("pycytominer", version("pycytominer"))
features = [f"Cells_F{k}" for k in range(1, 6)]
for missing, seen in ((0, 1.0), (1, 0.75), (2, 0.5)):
    values = numpy.array([1, 2, 3, 4, 5.0]) + numpy.random.default_rng(0).normal(0, 0.01, (4, 5))
    values[4 - missing :, 0] = numpy.nan
    wells = pandas.DataFrame(values, columns=features).assign(Metadata_treatment="a")
    made = {
        operation: float(consensus(wells, replicate_columns=["Metadata_treatment"], operation=operation, features=features)["Cells_F1"].iloc[0])
        for operation in ("modz", "median")
    }
    print(f"{missing} of 4 missing: modz {made['modz']:.2f}, median {made['median']:.2f}")
    assert abs(made["modz"] - seen) < 0.03, f"CHANGED: modz was {seen}"
    assert abs(made["median"] - 1) < 0.03, "CHANGED: the median"
PY
echo "as seen before"
