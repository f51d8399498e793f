#!/usr/bin/env bash
# NoisePy 0.9.93 stacks three days of which the second has no data yet. The data come, the day is correlated, and the same stack command
# is given again, with --stop_on_error: it exits with 0 and leaves the stack as it was, of two days. A stack is looked for by its first
# and last date alone. Only in an empty folder is the third day in it.
# Seen: exit code 0 each time; 94 windows in the stack before and after, 141 in a new folder.
set -euo pipefail
python=$(for each in python3.10 ~/.pyenv/versions/3.10.*/bin/python; do "$each" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2> /dev/null && echo "$each" && break; done || true)
[ -n "$python" ] || { echo "no Python 3.10, which NoisePy's metadata ask for"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
# Everything pinned: pip 23 goes through versions of botocore for minutes where it is not.
"$work/venv/bin/pip" install -q --disable-pip-version-check -r "$(dirname "$0")/../containers/ambient-noise/noisepy/requirements.txt"
"$work/venv/bin/pip" list 2>/dev/null | grep -i '^noisepy'
cd "$work"
venv/bin/python - <<'PY'
from pathlib import Path
import numpy
from obspy import Stream, Trace, UTCDateTime
from obspy.core.inventory import Channel, Inventory, Network, Response, Site, Station

Path("xml").mkdir()
for number, name in enumerate(("STAA", "STAB")):
    at = {"latitude": 34 + number / 10, "longitude": -118.0, "elevation": 100.0}
    for day in range(3):
        start = UTCDateTime("2024-03-01") + day * 86400
        # The second day is kept back.
        folder = Path("later" if day == 1 else "waveforms", "2024", f"2024_{start.julday:03d}")
        folder.mkdir(parents=True, exist_ok=True)
        data = numpy.random.default_rng([day, number]).normal(0, 1000, 86400).astype(numpy.int32)
        trace = Trace(data, {"network": "CI", "station": name, "channel": "BHZ", "starttime": start, "sampling_rate": 1.0})
        Stream([trace]).write(str(folder / f"CI{name}_BHZ___2024{start.julday:03d}.ms"), format="MSEED", encoding="STEIM2", reclen=512)
    paz = Response.from_paz(zeros=[0j, 0j], poles=[-0.037 - 0.037j, -0.037 + 0.037j], stage_gain=1e3, input_units="M/S", output_units="COUNTS")
    channel = Channel("BHZ", "", depth=0.0, azimuth=0.0, dip=0.0, sample_rate=1.0, start_date=UTCDateTime(2000, 1, 1), response=paz, **at)
    station = Station(name, site=Site("synthetic"), channels=[channel], creation_date=UTCDateTime(2000, 1, 1), **at)
    Inventory([Network("CI", stations=[station])], source="x").write(f"xml/CI_{name}.xml", format="STATIONXML")
PY
common="--start_date 2024-03-01 --end_date 2024-03-04 --networks CI --stations STAA,STAB --channels BHZ --ncomp 1 --sampling_rate 1
  --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4 --stop_on_error"
correlate() { venv/bin/noisepy cross_correlate --raw_data_path waveforms --xml_path xml --ccf_path ccf $common > stdout 2> stderr; }
# Into a folder, and the windows that are then in the pair's stack.
stack() {
  venv/bin/noisepy stack --ccf_path ccf --stack_path "$1" $common > stdout 2> stderr || { echo "CHANGED: exit code $?"; exit 1; }
  tar -xzOf "$1"/CI.STAA/CI.STAB/*.tar.gz params.json | venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["metadata"][0][-1]["ngood"])'
}
correlate
first=$(stack stack)
cp -r later/2024/. waveforms/2024/
correlate
[ "$(find ccf -path '*STAA/CI.STAB*' -name '2024_03_02*' | wc -l)" = 1 ] || { echo "CHANGED: the day that came was not correlated"; exit 1; }
again=$(stack stack)
anew=$(stack another)
[ "$first $again $anew" = '94 94 141' ] || { echo "CHANGED: $first windows, then $again, and $anew in a new folder"; exit 1; }
echo "as seen before: $first windows of two days, $again after the third has come, $anew in a new folder"
