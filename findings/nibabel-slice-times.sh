#!/usr/bin/env bash
# nibabel 5.4.2, a NIfTI image with slice times in its header (slices one after the other from the first, 0.2 s each), turned over or
# cut: the pixels and the affine follow, the times stay where they were. Turned over by slicer or as_closest_canonical, the slice
# acquired last is the one at 0 s; of the upper four of six slices the first is at 0 s and not at 0.4, and there are six times. And every second
# volume by slicer has the old repetition time, though every second voxel has a new voxel size. Slice timing correction made from such
# a header goes the wrong way. No warning.
# Seen: 0.0 and 1.0 s for the first and the last slice where it is 1.0 and 0.0; 6 times for 4 slices; 1.2 s where it is 2.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check nibabel==5.4.2 numpy==2.4.6
cd "$work"
venv/bin/python -W error - <<'PY'
import nibabel
import numpy

print("nibabel", nibabel.__version__)


def image(up):
    """Six slices of which each has its time of acquisition, in ms, as its pixels; the first is the lowest where up is 3, the highest at -3."""
    pixels = numpy.broadcast_to(numpy.arange(6, dtype=numpy.int16)[None, None, :, None] * 200, (4, 4, 6, 4))
    made = nibabel.Nifti1Image(pixels.copy(), numpy.diag([3, 3, up, 1]))
    made.header.set_zooms((3, 3, 3, 1.2))
    made.header.set_xyzt_units("mm", "sec")
    made.header.set_dim_info(slice=2)
    made.header["slice_end"], made.header["slice_code"] = 5, 1
    made.header.set_slice_duration(0.2)
    name = f"{'up' if up > 0 else 'down'}.nii"
    nibabel.save(made, name)
    return nibabel.load(name)


def times(of):
    told = [round(float(each), 1) for each in of.header.get_slice_times()]
    return told, [round(float(each) / 1000, 1) for each in numpy.asarray(of.dataobj)[0, 0, :, 0]]


rising = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
assert times(image(3)) == (rising, rising) == times(image(-3))
for name, changed, true in (
    ("slicer[:, :, ::-1]", image(3).slicer[:, :, ::-1], rising[::-1]),
    ("as_closest_canonical", nibabel.as_closest_canonical(image(-3)), rising[::-1]),
    ("slicer[:, :, 2:]", image(3).slicer[:, :, 2:], rising[2:]),
):
    print(name, "- header, pixels:", *times(changed))
    assert times(changed) == (rising, true), "CHANGED"
every = image(3).slicer[::2, ::2, :, ::2]
zooms = [round(float(each), 1) for each in every.header.get_zooms()]
print("every second voxel and volume:", every.shape, zooms)
assert zooms == [6.0, 6.0, 3.0, 1.2], "CHANGED"
PY
echo "as seen before"
