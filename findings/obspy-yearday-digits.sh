#!/usr/bin/env bash
# ObsPy 1.5.1, UTCDateTime of the texts that names of day files and logs are made of: year, day of the year, time. "2024060" and
# "2024-060T12" are read as such. Without a T the same digits are read as year, month, day, hour ...: "2024060120000" (day 060,
# 12:00:00) is 1 June 20:00, and "2024-060-12" is 6 January 00:01:02. And day 366 of a year of 365 is the next year's first.
# Nothing is raised or warned of.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0
cd "$work"
venv/bin/python - <<'PY'
import warnings

import obspy
from obspy import UTCDateTime

warnings.simplefilter("error")

print("obspy", obspy.__version__)
seen = {
    "2024060": "2024-02-29T00:00:00",
    "2024-060T12": "2024-02-29T12:00:00",
    "2024060120000": "2024-06-01T20:00:00",
    "2024-060-12": "2024-01-06T00:01:02",
    "2023366": "2024-01-01T00:00:00",
}
for text, time in seen.items():
    got = str(UTCDateTime(text))[:19]
    print(f"{text:15} {got}")
    assert got == time, f"CHANGED: {text} was {time}"
PY
echo "as seen before"
