#!/usr/bin/env bash
# wfdb 4.3.1, correct_peaks, which moves each found beat to the highest sample within search_radius: a beat that is found less than the radius from the
# record's begin comes out too early by twice what it lacks of the radius, mostly at a negative sample. As an index such a sample is counted from
# the record's end, so that no program falls over it: the height of the beat is read there, and the first interval is too long. All other
# beats of the same call are right. Nothing is raised or warned of.
# Seen: the beat at sample 8 is put to -16, -22 or -10, found at 8, 5 or 11, with a radius of 20; at 12 to -4, where the next are right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check wfdb==4.3.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
cd "$work"
cat > look.py <<'PY'
from importlib.metadata import version

import numpy
from wfdb.processing import correct_peaks

print("wfdb", version("wfdb"))
radius, times = 20, numpy.arange(3600)
for first in (8, 12, 30):
    beats = numpy.arange(first, 3600, 300)
    ecg = sum(numpy.exp(-(((times - beat) / 4) ** 2)) for beat in beats)
    for off in (0, -3, 3):
        moved = correct_peaks(ecg, beats + off, search_radius=radius, smooth_window_size=50, peak_dir="up")
        print(f"beats at {beats[:3]}, found {off} beside: {moved[:3]}, first interval {moved[1] - moved[0]} of 300")
        assert (moved[1:] == beats[1:]).all(), "CHANGED: the other beats"
        found = first + off
        expected = first if found >= radius else first - 2 * (radius - found)
        assert moved[0] == expected, "CHANGED: the first beat"
        assert found >= radius or abs(ecg[moved[0]] - ecg[first]) > 0.5, "CHANGED: the height at the sample that is given"
PY
venv/bin/python -W error::UserWarning -W error::RuntimeWarning look.py
echo "as seen before"
