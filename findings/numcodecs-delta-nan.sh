#!/usr/bin/env bash
# numcodecs 0.16.6, the filter Delta of Zarr arrays (differences of neighbours, "lossless" for traces and counts), on floats: behind one NaN of a
# chunk, which is how gaps and masked voxels are written, every value to the chunk's end is NaN when it is read back. The type float32 is taken
# without a word; what its docstring warns of is integers that are too small. And without a NaN what is read is not what was written: the
# differences are rounded, so that what stands behind a large value is off to the chunk's end. The same array without the filter is whole.
# Seen: 6 of 10 values NaN where one was written; 0, 0.1 and 0.2 where 0.1, 0.2 and 0.3 stand behind 1e8.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check numcodecs==0.16.6 zarr==3.1.6 numpy==2.4.6
cd "$work"
venv/bin/python -W error - <<'PY'
from importlib.metadata import version

import numpy
import zarr
from numcodecs import Delta

print("numcodecs", version("numcodecs"), "zarr", version("zarr"))


def written_and_read(name, values, filters):
    made = zarr.create_array(f"{name}.zarr", shape=values.shape, chunks=(10,), dtype=values.dtype, zarr_format=2, filters=filters)
    made[:] = values
    return zarr.open_array(f"{name}.zarr", mode="r")[:]


gap = numpy.arange(20, dtype="f4")
gap[4] = numpy.nan
plain, delta = (written_and_read(f"gap-{name}", gap, filters) for name, filters in (("plain", None), ("delta", [Delta(dtype="f4")])))
print("NaN written", int(numpy.isnan(gap).sum()), "read without the filter", int(numpy.isnan(plain).sum()), "with", int(numpy.isnan(delta).sum()))
print("with:", delta.tolist())
numpy.testing.assert_array_equal(plain, gap)
assert numpy.isnan(delta).tolist() == [False] * 4 + [True] * 6 + [False] * 10, "CHANGED: what follows a NaN"
spike = numpy.array([0.1, 1e8, 0.1, 0.2, 0.3], "f4")
read = written_and_read("spike", spike, [Delta(dtype="f4")])
print("written", spike.tolist(), "read", read.tolist())
assert [round(value, 6) for value in read.tolist()] == [0.1, 1e8, 0, 0.1, 0.2], "CHANGED: what follows a large value"
counts = spike.astype("i4")
assert numpy.array_equal(written_and_read("counts", counts, [Delta(dtype="i4")]), counts)
PY
echo "as seen before"
