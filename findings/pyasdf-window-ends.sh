#!/usr/bin/env bash
# pyasdf 0.8.2, get_waveforms(starttime, endtime), which by its docstring honours both and takes them as the times of the first and the last
# sample: it gives a sample before and a sample behind them where there are some. Ten windows of one second, each from a sample's time to the
# last sample before the next window's, hold 1,018 samples of 1,000; ObsPy's slice of the same record gives 100 each. Windows read one after
# the other, as for correlations, count samples twice, and do not start when they were asked to.
# Seen: 101, 102 (eight times), 101 samples of 100, the second window's first sample 0.01 s before it; slice 100 each.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pyasdf==0.8.2 obspy==1.5.1
cd "$work"
venv/bin/python -W ignore - 2> /dev/null <<'PY'
from importlib.metadata import version

import numpy
from obspy import Trace, UTCDateTime
from pyasdf import ASDFDataSet

print("pyasdf", version("pyasdf"))
begin = UTCDateTime(2024, 1, 1)
trace = Trace(numpy.arange(1000, dtype="i4"))
trace.stats.update({"network": "XX", "station": "A", "channel": "HHZ", "sampling_rate": 100.0, "starttime": begin})
with ASDFDataSet("day.h5", mode="w") as dataset:
    dataset.add_waveforms(trace, tag="raw")
    record = dataset.waveforms["XX.A"].raw
    lengths, sliced, early = [], [], []
    for second in range(10):
        window = (begin + second, begin + second + 0.99)
        got = dataset.get_waveforms("XX", "A", "", "HHZ", *window, "raw")
        lengths.append(got[0].stats.npts)
        early.append(round(window[0] - got[0].stats.starttime, 6))
        sliced.append(record.slice(*window)[0].stats.npts)
print("get_waveforms:", lengths, "together", sum(lengths), "; seconds before the start:", early)
print("slice:        ", sliced, "together", sum(sliced))
assert sliced == [100] * 10
assert lengths == [101, *[102] * 8, 101] and early == [0, *[0.01] * 9], "CHANGED: the windows"
PY
echo "as seen before"
