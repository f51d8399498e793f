#!/usr/bin/env bash
# pycytominer 1.7.1, annotate: profiles whose wells are written otherwise than in the plate map (A1 for A01, as some readers name
# them) are not kept without their metadata, and not refused: they are gone. A plate of such wells is an empty table, a plate with
# one well that the map has not is a well short. No exception, no warning.
# Seen: 0 of 3 wells, and 2 of 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pycytominer==1.7.1 pandas==3.1.1
cd "$work"
venv/bin/python -W error::UserWarning - <<'PY'
from importlib.metadata import version

import pandas
from pycytominer import annotate

print("pycytominer", version("pycytominer"))
platemap = pandas.DataFrame({"well_position": ["A01", "A02", "B01"], "treatment": ["a", "b", "c"]})
for wells, seen in ((["A01", "A02", "B01"], 3), (["A1", "A2", "B1"], 0), (["A01", "A02", "B1"], 2)):
    profiles = pandas.DataFrame({"Metadata_Plate": "p", "Metadata_Well": wells, "Cells_AreaShape_Area": [1.0, 2.0, 3.0]})
    kept = len(annotate(profiles, platemap, join_on=["Metadata_well_position", "Metadata_Well"]))
    print(wells, "->", kept, "of 3 wells")
    assert kept == seen, f"CHANGED: {seen} were kept"
PY
echo "as seen before"
