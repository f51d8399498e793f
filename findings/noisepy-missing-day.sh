#!/usr/bin/env bash
# NoisePy 0.9.93 over two days, of which the archive has one: it says of the other "already completed", exits with 0, also with
# --stop_on_error, and stores one day. And of a channel that cannot be read it says a WARNING, exits with 0 and stores its pairs
# with 6 of 9 components; once the channel is mended, the same command says "already completed" and keeps them.
# Seen: exit code 0 each time, "2024-03-02 … already completed", 6 rows in the pair's file before and after it is mended.
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

start = UTCDateTime("2024-03-01")
days = Path("waveforms/2024/2024_061")
days.mkdir(parents=True)
Path("xml").mkdir()
paz = Response.from_paz(zeros=[0j, 0j], poles=[-0.037 - 0.037j, -0.037 + 0.037j], stage_gain=1e3, input_units="M/S", output_units="COUNTS")
for number, name in enumerate(("STAA", "STAB")):
    at = {"latitude": 34 + number / 10, "longitude": -118.0, "elevation": 100.0}
    channels = []
    for index, code in enumerate(("BHE", "BHN", "BHZ")):
        data = numpy.random.default_rng([index, number]).normal(0, 1000, 86400).astype(numpy.int32)
        trace = Trace(data, {"network": "CI", "station": name, "channel": code, "starttime": start, "sampling_rate": 1.0})
        Stream([trace]).write(str(days / f"CI{name}_{code}___2024061.ms"), format="MSEED", encoding="STEIM2", reclen=512)
        channels.append(Channel(code, "", depth=0.0, azimuth=0.0, dip=0.0, sample_rate=1.0, start_date=UTCDateTime(2000, 1, 1), response=paz, **at))
    station = Station(name, site=Site("synthetic"), channels=channels, creation_date=UTCDateTime(2000, 1, 1), **at)
    Inventory([Network("CI", stations=[station])], source="x").write(f"xml/CI_{name}.xml", format="STATIONXML")
PY
correlate() {
  venv/bin/noisepy cross_correlate --raw_data_path waveforms --xml_path xml --ccf_path ccf --start_date 2024-03-01 --end_date "$1" \
    --networks CI --stations STAA,STAB --channels BHE,BHN,BHZ --sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 \
    --freqmax 0.4 --stop_on_error > stdout 2> stderr
}
rows() { tar -xzOf ccf/CI.STAA/CI.STAB/2024_03_01*.tar.gz params.json | venv/bin/python -c 'import json, sys; print(len(json.load(sys.stdin)["metadata"]))'; }
correlate 2024-03-03 || { echo "CHANGED: exit code $? over a day that is not there"; exit 1; }
grep -q '2024-03-02.*already completed' stderr || { echo "CHANGED: it does not say already completed"; exit 1; }
grep -o '2024-03-02.*already completed' stderr | head -1
rm -r ccf
mv waveforms/2024/2024_061/CISTAB_BHN___2024061.ms whole.ms
head -c 5000 /dev/zero | tr '\0' 'x' > waveforms/2024/2024_061/CISTAB_BHN___2024061.ms
correlate 2024-03-02 || { echo "CHANGED: exit code $? over a channel that cannot be read"; exit 1; }
[ "$(rows)" = 6 ] || { echo "CHANGED: $(rows) components with a channel that cannot be read"; exit 1; }
mv whole.ms waveforms/2024/2024_061/CISTAB_BHN___2024061.ms
correlate 2024-03-02
[ "$(rows)" = 6 ] || { echo "CHANGED: $(rows) components once it is mended"; exit 1; }
grep -o '2024-03-01.*already completed' stderr | head -1
echo "as seen before: exit code 0, $(rows) of 9 components"
