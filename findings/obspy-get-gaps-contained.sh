#!/usr/bin/env bash
# ObsPy 1.5.1, Stream.get_gaps: each trace is compared with the one before it alone. Where a short trace lies within a longer one (a
# packet that was sent twice), the gap is counted from the short one's end: 80 s in a stream that has every second, 130 s where 50
# are missing. merge() of the same traces has no gap, and the 50.
# Seen: gaps of 80 and 130 s by get_gaps; none and 50 after merge().
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0
cd "$work"
venv/bin/python - <<'PY'
import numpy
import obspy
from obspy import Stream, Trace, UTCDateTime

print("obspy", obspy.__version__)
start = UTCDateTime("2024-03-01")


def trace(at, seconds):
    # The second's number: what is there twice is the same.
    data = numpy.arange(at, at + seconds, dtype=numpy.int32)
    return Trace(data, {"network": "CI", "station": "A", "channel": "LHZ", "sampling_rate": 1.0, "starttime": start + at})


def gaps(stream):
    return [seconds for *_, seconds, samples in stream.get_gaps() if seconds > 0]


for last, seen, there in ((trace(100, 100), [80], []), (trace(150, 50), [130], [50])):
    stream = Stream([trace(0, 100), trace(10, 10), last])
    told = gaps(stream)
    stream.merge(method=1)
    left = gaps(stream.split())
    print("get_gaps:", told, "- after merge:", left)
    assert told == seen, f"CHANGED: {seen} before"
    assert left == there, f"CHANGED: {there} before"
PY
echo "as seen before"
