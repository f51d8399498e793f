#!/usr/bin/env bash
# ObsPy 1.5.1, availability of a day in an archive of day files (SDS): Client.get_availability_percentage adds up what the traces
# hold, overlaps twice. A file that has its day twice is "200 %" there, and one with half of its data repeated over a gap of six
# hours is "100 %" of the day, though a quarter is missing. MSEEDMetadata, in the same package, says 100 and 75 of them.
# Seen: 1.99998 and 0.99999, as shares of 1; one day that is half there 0.49999 in both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0
cd "$work"
venv/bin/python - <<'PY'
import io
from pathlib import Path

import numpy
import obspy
from obspy import Trace, UTCDateTime
from obspy.clients.filesystem.sds import Client
from obspy.signal.quality_control import MSEEDMetadata

print("obspy", obspy.__version__)
start, day, hour = UTCDateTime("2024-03-01"), 86400, 3600
archive = Path("sds/2024/CI")


def path(station):
    return archive / station / "LHZ.D" / f"CI.{station}..LHZ.D.2024.061"


def write(station, *pieces):
    path(station).parent.mkdir(parents=True)
    with open(path(station), "wb") as out:
        for at, seconds in pieces:
            trace = Trace(numpy.arange(seconds, dtype=numpy.int32), {"network": "CI", "station": station, "channel": "LHZ", "sampling_rate": 1.0, "starttime": start + at})
            piece = io.BytesIO()
            trace.write(piece, format="MSEED")
            out.write(piece.getvalue())


write("HALF", (0, 12 * hour))
write("TWICE", (0, day), (0, day))
write("HOLE", (0, 12 * hour), (6 * hour, 12 * hour))
for station, seen, there in (("HALF", 0.5, 50), ("TWICE", 2, 100), ("HOLE", 1, 75)):
    share, _ = Client("sds").get_availability_percentage("CI", station, "", "LHZ", start, start + day)
    percent = MSEEDMetadata([str(path(station))], starttime=start, endtime=start + day, add_c_segments=False).meta["percent_availability"]
    print(f"{station}: get_availability_percentage {share:.5f}, MSEEDMetadata {percent:.1f} %")
    assert abs(share - seen) < 0.001, f"CHANGED: the share of {station} was {seen}"
    assert abs(percent - there) < 0.1, f"CHANGED: MSEEDMetadata said {there} %"
PY
echo "as seen before"
