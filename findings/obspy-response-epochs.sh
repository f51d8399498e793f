#!/usr/bin/env bash
# ObsPy 1.5.1, remove_response and remove_sensitivity of a trace over a change of the instrument, with StationXML that has both epochs:
# the whole trace is corrected by the response of its first sample. Of a day whose gain is doubled at noon, at the same ground motion,
# the afternoon is twice as large, and nothing is warned of. Where the old epoch ends at the very time at which the new one starts, as
# StationXML mostly has it, a trace that begins with the new epoch is corrected by the old one's response, too, behind a warning.
# Seen: 1.0 and 2.0 in one trace, and cut at noon, with "Returning first"; 1.0 and 1.0 where the second begins a sample later.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0
cd "$work"
venv/bin/python - <<'PY'
import warnings

import numpy
import obspy
from obspy import Stream, Trace, UTCDateTime
from obspy.core.inventory import Channel, Inventory, Network, Response, Site, Station

print("obspy", obspy.__version__)
noon = UTCDateTime("2024-03-01T12")
at = {"latitude": 34.0, "longitude": -118.0, "elevation": 100.0}
channels = []
for gain, start, end in ((1e3, UTCDateTime(2000, 1, 1), noon), (2e3, noon, None)):
    response = Response.from_paz(zeros=[0j, 0j], poles=[-0.037 - 0.037j, -0.037 + 0.037j], stage_gain=gain, input_units="M/S", output_units="COUNTS")
    channels.append(Channel("BHZ", "", depth=0.0, azimuth=0.0, dip=-90.0, sample_rate=1.0, start_date=start, end_date=end, response=response, **at))
station = Station("STAA", site=Site("synthetic"), channels=channels, creation_date=UTCDateTime(2000, 1, 1), **at)
Inventory([Network("CI", stations=[station])], source="x").write("station.xml", format="STATIONXML", validate=True)
inventory = obspy.read_inventory("station.xml")
# A motion of 1 m/s at a period of 8 s, as counts of the one instrument until noon and of the other after.
seconds = numpy.arange(86_400)
counts = numpy.sin(2 * numpy.pi * seconds / 8) * numpy.where(seconds < 43_200, 1e3, 2e3)
day = Trace(counts, {"network": "CI", "station": "STAA", "channel": "BHZ", "starttime": UTCDateTime("2024-03-01"), "sampling_rate": 1.0})


def halves(stream, how):
    for trace in stream:
        if how == "response":
            trace.remove_response(inventory, pre_filt=(0.01, 0.02, 0.2, 0.4))
        else:
            trace.remove_sensitivity(inventory)
    data = stream.merge()[0].data
    return [round(float(numpy.abs(data[first : first + 20_000]).max()), 1) for first in (10_000, 55_000)]


morning = day.slice(endtime=noon - 1)
first = "Found more than one matching response. Returning first."
for how in ("response", "sensitivity"):
    for name, traces, expected, warned in (
        ("one trace", [day], [1.0, 2.0], set()),
        ("cut at noon", [morning, day.slice(noon)], [1.0, 2.0], {first}),
        ("cut a sample later", [morning, day.slice(noon + 1)], [1.0, 1.0], set()),
    ):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            seen = halves(Stream([each.copy() for each in traces]), how)
        told = {str(each.message) for each in said if not issubclass(each.category, (DeprecationWarning, ResourceWarning))}
        print(how, "-", name, "- before and after noon:", seen, told or "")
        assert seen == expected and told == warned, "CHANGED"
PY
echo "as seen before"
