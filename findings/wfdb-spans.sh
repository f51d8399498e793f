#!/usr/bin/env bash
# wfdb 4.3.1, beats of a span of a recording. rdann(sampfrom=...), "the minimum sample number for annotations to be returned", gives all beats of the record
# unless sampto is given too; with shift_samps the earlier ones have negative samples, which as indices of a signal read from the same sampfrom
# are counted from its end. And ann2rr(start_time, stop_time), in seconds, as -f and -t of the WFDB program of that name, holds them against the
# length of each interval and not against its time: "from 60 s on" is empty, for no heart waits a minute, "until 60 s" is the whole recording,
# and "from 1 s on" is all slow beats, wherever they are, so that 72 beats a minute are 55.8. Nothing is raised or warned of.
# Seen: of 301 beats, 229 of them from 60 s on, 301 by rdann (229 with sampto) and none by ann2rr; 301 until 60 s, 120 from 1 s on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check wfdb==4.3.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
cd "$work"
cat > look.py <<'PY'
from importlib.metadata import version

import numpy
import wfdb
from wfdb.processing import ann2rr

print("wfdb", version("wfdb"))
rate, minute = 360, 360 * 60
beats = numpy.cumsum([252] + [240, 270, 378, 396, 216] * 60)
wfdb.wrann("ecg", "atr", beats, symbol=["N"] * len(beats), fs=rate)
for function in (wfdb.rdann, ann2rr):
    print(function.__name__, [line.strip() for line in function.__doc__.splitlines() if "time to st" in line or "minimum sample" in line])

late = beats[beats >= minute]
alone = wfdb.rdann("ecg", "atr", sampfrom=minute).sample
both = wfdb.rdann("ecg", "atr", sampfrom=minute, sampto=int(beats[-1])).sample
shifted = wfdb.rdann("ecg", "atr", sampfrom=minute, shift_samps=True).sample
print(f"beats {len(beats)}, from a minute on {len(late)}; rdann of sampfrom alone {len(alone)}, with sampto {len(both)}, shifted from {shifted[0]} on")
assert numpy.array_equal(both, late), "CHANGED: with sampto"
assert numpy.array_equal(alone, beats), "CHANGED: sampfrom alone"
assert shifted[0] == beats[0] - minute < 0, "CHANGED: shifted"

whole = ann2rr("ecg", "atr", format="s")
for asked in ({"start_time": 60}, {"stop_time": 60}, {"start_time": 1}):
    first, last = asked.get("start_time", 0), asked.get("stop_time", 1000)
    got = ann2rr("ecg", "atr", format="s", **asked)
    there = int(((beats >= first * rate) & (beats <= last * rate)).sum())
    print(asked, "- beats:", there, "ann2rr:", len(got), "a minute:", round(60 / got.mean(), 1) if len(got) else None, "of", round(60 / whole[1:].mean(), 1))
    assert numpy.array_equal(got, whole[(whole > first) & (whole < last)]), "CHANGED: not by the length of the interval"
    assert len(got) != there, "CHANGED: by the time in the record"
PY
venv/bin/python -W error::UserWarning -W error::RuntimeWarning look.py
echo "as seen before"
