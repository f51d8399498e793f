#!/usr/bin/env bash
# ObsPy 1.5.1, read() of a tar or tar.gz of day files, which it unpacks by itself: of an archive that was cut (a copy that did not end)
# it reads the files before the cut, and raises and warns of nothing. Ten days are six. One member that is cut, alone or in a whole
# archive, raises; so do gzip -t and tar -t of the cut archive.
# Seen: 10 traces of the whole archives, 6 of each that has 60 % of its bytes; gzip and tar exit with other than 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0
cd "$work"
mkdir days
venv/bin/python - <<'PY'
import numpy
from obspy import Trace, UTCDateTime

for day in range(10):
    start = UTCDateTime("2024-03-01") + 86400 * day
    data = numpy.random.default_rng(day).normal(0, 1000, 20_000).astype(numpy.int32)
    Trace(data, {"network": "CI", "station": "STAA", "channel": "BHZ", "starttime": start, "sampling_rate": 1.0}).write(
        f"days/CISTAA_BHZ___2024{start.julday:03d}.ms", format="MSEED")
PY
tar -cf days.tar days/*.ms
tar -czf days.tar.gz days/*.ms
for name in days.tar days.tar.gz; do head -c $(($(stat -c %s "$name") * 6 / 10)) "$name" > "cut-$name"; done
! tar -tf cut-days.tar > /dev/null 2>&1 || { echo "CHANGED: tar reads the cut archive"; exit 1; }
! gzip -t cut-days.tar.gz 2> /dev/null || { echo "CHANGED: gzip reads the cut archive"; exit 1; }
venv/bin/python - <<'PY'
import warnings

import obspy

print("obspy", obspy.__version__)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    read = {name: len(obspy.read(name)) for name in ("days.tar", "days.tar.gz", "cut-days.tar", "cut-days.tar.gz")}
told = [str(each.message) for each in said if not issubclass(each.category, (DeprecationWarning, ResourceWarning))]
print(read, "warnings:", told)
assert read == {"days.tar": 10, "days.tar.gz": 10, "cut-days.tar": 6, "cut-days.tar.gz": 6} and told == [], "CHANGED"
PY
echo "as seen before"
