#!/usr/bin/env bash
# pybids 0.22.0, a physiological recording of a run (physio.tsv.gz, which BIDS has without a line of names) as a variable: its first
# sample is taken for the line of names and is gone; all others are one sample too early, and a 0 that was never measured is the last.
# The length is right, and no warning is given. At 1 Hz that is a second. get_df() of the same file, in the same package, has all samples.
# Seen: of the samples 100 to 109 the variable has 101 to 109 and 0, the data frame 100 to 109.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pybids==0.22.0 nibabel==5.4.2 numpy==2.4.6 pandas==2.3.3
cd "$work"
venv/bin/python - <<'PY'
import gzip
import json
import warnings
from importlib.metadata import version
from pathlib import Path

import nibabel
import numpy
from bids import BIDSLayout

print("pybids", version("pybids"))
func = Path("dataset/sub-01/func")
func.mkdir(parents=True)
for path, content in (
    ("dataset/dataset_description.json", {"Name": "synthetic", "BIDSVersion": "1.10.0"}),
    (func / "sub-01_task-rest_bold.json", {"TaskName": "rest", "RepetitionTime": 2.0}),
    (func / "sub-01_task-rest_physio.json", {"SamplingFrequency": 1.0, "StartTime": 0, "Columns": ["cardiac"]}),
):
    Path(path).write_text(json.dumps(content))
Path("dataset/README").write_text("synthetic\n")
image = nibabel.Nifti1Image(numpy.zeros((2, 2, 2, 5), numpy.int16), numpy.diag([3, 3, 3, 1]))
image.header.set_zooms((3, 3, 3, 2))
image.header.set_xyzt_units("mm", "sec")
nibabel.save(image, func / "sub-01_task-rest_bold.nii.gz")
recorded = [float(100 + second) for second in range(10)]
with gzip.open(func / "sub-01_task-rest_physio.tsv.gz", "wt") as file:
    file.writelines(f"{each:.0f}\n" for each in recorded)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    layout = BIDSLayout("dataset")
    run = layout.get_collections(level="run", types=["physio"])[0]
    frame = layout.get(suffix="physio", extension=".tsv.gz")[0].get_df()
told = [str(each.message) for each in said if not issubclass(each.category, (DeprecationWarning, FutureWarning, ResourceWarning))]
cardiac = run.variables["cardiac"]
read = [float(each) for each in cardiac.values.to_numpy().ravel()]
print("recorded:", recorded, "- read, at", cardiac.sampling_rate, "Hz:", read, "- warnings:", told)
assert [float(each) for each in frame["cardiac"]] == recorded, "CHANGED: get_df"
assert read == [*recorded[1:], 0.0] and told == [], "CHANGED"
PY
echo "as seen before"
