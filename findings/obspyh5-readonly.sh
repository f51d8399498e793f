#!/usr/bin/env bash
# obspyh5 0.6.0 (ObsPy streams in HDF5), readh5(readonly={"network": ..., "station": ...}), of which its docstring says that with the standard
# index it reads the traces of that station: it reads all traces of the file. The standard index begins with the number of the trace by now, so
# nothing of readonly can be filled in, and what it cannot fill in is passed over; so is a station that the file has not. With the index "nested" it is as
# the docstring says. A stack or a spectrum of "one station" is of the whole network. Nothing is raised or warned of.
# Seen: XX.A, XX.B and YY.C for {"network": "XX", "station": "A"} and for a station Z; XX.A alone, nested.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check obspyh5==0.6.0 obspy==1.5.1 h5py==3.16.0 numpy==2.4.6
cd "$work"
cat > look.py <<'PY'
from importlib.metadata import version
import warnings

import numpy
import obspyh5
from obspy import Stream, Trace, UTCDateTime

warnings.simplefilter("error")
print("obspyh5", version("obspyh5"))
traces = []
for network, station in (("XX", "A"), ("XX", "B"), ("YY", "C")):
    trace = Trace(numpy.arange(100, dtype="f4"))
    trace.stats.update({"network": network, "station": station, "channel": "HHZ", "starttime": UTCDateTime(2024, 1, 1)})
    traces.append(trace)


def stations(index, station):
    obspyh5.set_index(index)
    obspyh5.writeh5(Stream(traces), f"{index}.h5")
    read = obspyh5.readh5(f"{index}.h5", readonly={"network": "XX", "station": station})
    print(index, "of", f"XX.{station}:", [trace.id for trace in read])
    return [trace.stats.station for trace in read]


assert stations("nested", "A") == ["A"], "CHANGED: nested"
assert stations("standard", "A") == ["A", "B", "C"], "CHANGED: readonly with the standard index"
assert stations("standard", "Z") == ["A", "B", "C"], "CHANGED: a station that is not there"
PY
venv/bin/python -W ignore look.py
echo "as seen before"
