#!/usr/bin/env bash
# peakdet 0.6.1, HRV of a pulse recording: the differences of successive intervals are in samples, not in milliseconds, so that rmssd, sdsd and all
# counts over "50ms" and "20ms" go by the sampling rate: one and the same heart has a quarter of the variability at 250 Hz that it has at 1000 Hz.
# avgnn and sdnn beside them are in milliseconds at any rate. nn50 and nn20 have only the intervals that became longer, at 1000 Hz too. And hf_peak is
# counted from 0 Hz, not from the band's begin: a heart that goes with the breath at 0.25 Hz has its "0.15-0.40 Hz" peak at 0.10. No warning.
# Seen: rmssd 66.4 at 1000 Hz and 16.6 at 250 Hz, where it is 66.4 ms; nn50 72 and 0 where 142 differences are over 50 ms; hf_peak 0.1 Hz.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check peakdet==0.6.1 numpy==1.26.4 scipy==1.14.1 matplotlib==3.9.4 pandas==2.2.3
cd "$work"
cat > look.py <<'PY'
from importlib.metadata import version

import numpy
import peakdet

print("peakdet", version("peakdet"))
beats, breath = [1.0], 0.25
while beats[-1] < 178:
    beats.append(beats[-1] + round((0.8 + 0.08 * numpy.sin(2 * numpy.pi * breath * beats[-1])) / 0.004) * 0.004)
intervals = numpy.diff(beats) * 1000
steps = numpy.diff(intervals)
true = {"avgnn": intervals.mean(), "sdnn": intervals.std(), "rmssd": numpy.sqrt((steps**2).mean()), "nn50": (abs(steps) > 50).sum()}


def measured(rate):
    times = numpy.arange(0, 180, 1 / rate)
    pulse = sum(numpy.exp(-(((times - beat) / 0.06) ** 2)) for beat in beats)
    found = peakdet.operations.peakfind_physio(peakdet.Physio(pulse, fs=rate))
    assert numpy.allclose(found.peaks / rate, beats), "the beats"
    return peakdet.HRV(found)


def said(values):
    return {name: round(float(value), 1) for name, value in values.items()}


print("true   ", said(true), "breath", breath, "Hz; rises over 50 ms", (steps > 50).sum())
got = {rate: measured(rate) for rate in (1000, 250)}
for rate, hrv in got.items():
    seen = {name: getattr(hrv, name) for name in true}
    print(rate, "Hz", said(seen), "hf_peak", round(float(hrv.hf_peak), 3), "Hz")
    assert numpy.allclose([seen["avgnn"], seen["sdnn"]], [true["avgnn"], true["sdnn"]])
    assert numpy.isclose(seen["rmssd"], true["rmssd"] * rate / 1000), "CHANGED: rmssd"
    assert seen["nn50"] == (steps * rate / 1000 > 50).sum() != true["nn50"], "CHANGED: nn50"
    assert abs(hrv.hf_peak - breath) > 0.1, "CHANGED: hf_peak"
PY
venv/bin/python -W error::RuntimeWarning look.py 2> said || { cat said; exit 1; }
echo "as seen before"
