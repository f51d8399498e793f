#!/usr/bin/env bash
# pyasdf 0.8.2, add_waveforms of a stream that ObsPy has merged: a gap, which the merged trace has masked, is written as samples. Of counts it
# is -2147483648, a hundred times for a second without data; where two records of one time disagree, which merge masks as well, likewise.
# Nothing is masked in what is read back, and no word is said. ObsPy's own writers refuse the same stream ("Masked array writing is not
# supported"). Any mean, filter or correlation of such a day is of that number.
# Seen: 100 of 300 samples -2147483648, no mask, no warning; NotImplementedError of miniSEED.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pyasdf==0.8.2 obspy==1.5.1
cd "$work"
venv/bin/python - <<'PY'
import warnings
from importlib.metadata import version

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import numpy
    from obspy import Stream, Trace, UTCDateTime
    from pyasdf import ASDFDataSet

print("pyasdf", version("pyasdf"))
begin = UTCDateTime(2024, 1, 1)


def record(second, count):
    trace = Trace(numpy.full(100, count, dtype="i4"))
    trace.stats.update({"network": "XX", "station": "A", "channel": "HHZ", "sampling_rate": 100.0, "starttime": begin + second})
    return trace


def told(second):
    merged = Stream([record(0, 7), record(second, 9)]).merge()
    masked = int(merged[0].data.mask.sum())
    try:
        merged.write("merged.mseed", "MSEED")
        refused = "nothing"
    except NotImplementedError as error:
        refused = str(error).split(".")[0]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with ASDFDataSet(f"{second}.h5", mode="w") as dataset:
            dataset.add_waveforms(merged, tag="raw")
        with ASDFDataSet(f"{second}.h5", mode="r") as dataset:
            back = dataset.waveforms["XX.A"].raw[0].data
    counts = {int(value): int(times) for value, times in zip(*numpy.unique(back, return_counts=True))}
    print(f"second record at {second} s: {masked} masked; read back {counts}, masked: {numpy.ma.is_masked(back)}; said: {[str(each.message) for each in said if 'ask' in str(each.message)]}; miniSEED: {refused}")
    assert "Masked array" in refused
    return masked, counts, numpy.ma.is_masked(back)


assert told(2) == (100, {-2147483648: 100, 7: 100, 9: 100}, False), "CHANGED: a gap"
assert told(0.5) == (50, {-2147483648: 50, 7: 50, 9: 50}, False), "CHANGED: an overlap"
PY
echo "as seen before"
