#!/usr/bin/env bash
# pybids 0.22.0, events of duration 0, which BIDS has for impulses (button presses, clicks), as a dense variable: they are not there. to_dense
# writes a value from onset to onset + duration, that is no sample, at any sampling rate, also at the one that it finds itself, by its docstring
# "able to faithfully represent all onsets and durations". Of two presses and a block the block alone is left; of presses alone all is 0. And where
# two events overlap, the later one's value stands for both. The sparse variable of the same file has all events. Nothing is warned of.
# Seen: values 4 and 7 of 1, 3, 4 and 7 at 1, 10 and the own sampling rate; no value other than 0 of presses alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pybids==0.22.0 nibabel==5.4.2 numpy==2.4.6 pandas==2.3.3
cd "$work"
cat > look.py <<'PY'
import json
import warnings
from pathlib import Path

import bids
import nibabel
import numpy

print("pybids", bids.__version__)


def variable(name, events):
    """The values of events, rows of onset, duration and value, of a run of 20 s, as pybids reads them."""
    folder = Path(name) / "sub-01/func"
    folder.mkdir(parents=True)
    Path(name, "dataset_description.json").write_text(json.dumps({"Name": name, "BIDSVersion": "1.8.0"}))
    Path(name, "task-press_bold.json").write_text(json.dumps({"RepetitionTime": 2.0, "TaskName": "press"}))
    image = nibabel.Nifti1Image(numpy.zeros((2, 2, 2, 10), "i2"), numpy.eye(4))
    image.header.set_zooms((1, 1, 1, 2.0))
    image.header.set_xyzt_units("mm", "sec")
    nibabel.save(image, folder / "sub-01_task-press_bold.nii.gz")
    lines = ["onset\tduration\ttrial_type\tforce", *(f"{onset}\t{duration}\tpress\t{value}" for onset, duration, value in events)]
    (folder / "sub-01_task-press_events.tsv").write_text("\n".join(lines) + "\n")
    return bids.BIDSLayout(name).get_collections("run", task="press", types=["events"])[0].variables["force"]


def values(events):
    return sorted({int(value) for value in events.values.to_numpy().ravel()} - {0})


mixed = variable("mixed", [(2, 0, 1), (5, 0, 3), (8, 2, 4), (9, 1, 7)])
presses = variable("presses", [(2, 0, 1), (5, 0, 3)])
print("sparse:", values(mixed), values(presses))
assert (values(mixed), values(presses)) == ([1, 3, 4, 7], [1, 3])
for rate in (1, 10, None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dense = [each.to_dense(rate) for each in (mixed, presses)]
    print("dense, of rate", rate, [values(each) for each in dense], "samples", [len(each.values) for each in dense])
    assert [values(each) for each in dense] == [[4, 7], []], "CHANGED: events of duration 0"
one = mixed.to_dense(1).values.to_numpy().ravel().astype(int).tolist()
print("at 1 Hz:", one)
assert one[8:11] == [4, 7, 0], "CHANGED: events that overlap"
PY
venv/bin/python -W ignore look.py
echo "as seen before"
