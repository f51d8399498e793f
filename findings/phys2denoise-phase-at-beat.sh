#!/usr/bin/env bash
# phys2denoise 0.5.0, cardiac_phase, of which RETROICOR's regressors are made: a slice that is taken at the very time of a beat has the phase
# of the middle between two beats, pi for 0: the beat before is looked for strictly before it and the next one strictly behind it, so that the
# cycle is two beats long. Recordings have their beats at whole samples and scanners slices at round times, so the two meet: of 300 scans of
# one second with a beat each 0.9 s, every ninth scan.
# Seen: pi at 0.9, 1.8, 2.7 s where the beats are; 2 pi * 0.9999 just before a beat and 0 just behind it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check phys2denoise==0.5.0 numpy==1.26.4
cd "$work"
venv/bin/python -W ignore - 2> /dev/null <<'PY'
from importlib.metadata import version

import numpy
from phys2denoise.metrics.cardiac import cardiac_phase

print("phys2denoise", version("phys2denoise"))
frequency, every = 1000.0, 900
peaks = numpy.arange(every, 301_000, every)
data = numpy.cos(2 * numpy.pi * numpy.arange(301_000) / every)


def phase(times, scans, repetition):
    told = cardiac_phase(data, fs=frequency, peaks=peaks, slice_timings=numpy.array(times), n_scans=scans, t_r=repetition)
    return numpy.asarray(told[1] if isinstance(told, tuple) else told)


first = phase([0.8999, 0.9, 0.9001, 1.35, 1.7999, 1.8, 1.8001], 1, 1.0)[0] / numpy.pi
print("phase / pi at 0.8999, 0.9, 0.9001, 1.35, 1.7999, 1.8, 1.8001 s:", numpy.round(first, 3).tolist(), "; beats at 0.9 and 1.8 s")
# The first beat of a recording has none before it: the recording's start is taken for one.
assert numpy.allclose(first[[1, 5]], [1, 1], atol=0.01), "CHANGED: the phase at a beat"
assert numpy.allclose(first[[2, 3, 4, 6]], [0, 1, 2, 0], atol=0.01), "CHANGED: the phases around it"
scans = phase([0.0], 300, 1.0)[:, 0]
seconds = numpy.arange(300)
at_beat = (seconds * 1000 % every == 0) & (seconds > 0)
print(int(at_beat.sum()), "of 300 scans at a beat, their phases / pi:", numpy.unique(numpy.round(scans[at_beat] / numpy.pi, 2)).tolist())
assert at_beat.sum() == 33 and numpy.allclose(scans[at_beat], numpy.pi, atol=0.01), "CHANGED: scans at a beat"
PY
echo "as seen before"
