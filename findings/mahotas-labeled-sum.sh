#!/usr/bin/env bash
# mahotas 1.4.19, labeled_sum (the integrated intensity of each cell): sum[i] "is equal to np.sum(array[labeled == i])" by its docstring; it is
# added up in the type of the image. Of an 8-bit image it is the remainder of 256, of a 16-bit camera's that of 65,536, and a cell of a few dozen
# pixels is more than that. The brighter of two cells of one size comes out the darker; the mean, divided by labeled_size, is
# wrong with it. scipy.ndimage.sum_labels and numpy give the sums. Nothing is raised or warned of.
# Seen: 0 and 32768 where the sums are 2,560,000 and 4,161,536, of cells of 1,024 pixels at 2,500 and 4,064; 0 of 1,024 pixels at 200 in 8 bits.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mahotas==1.4.19 numpy==2.4.6 scipy==1.17.1
cd "$work"
venv/bin/python -W error - <<'PY'
from importlib.metadata import version

import mahotas
import numpy
from scipy import ndimage

print("mahotas", version("mahotas"))
cells = numpy.zeros((64, 100), numpy.int32)
cells[8:40, 8:40], cells[8:40, 50:82] = 1, 2


def sums(image):
    by_mahotas = mahotas.labeled_sum(image, cells)[1:].tolist()
    by_scipy = ndimage.sum_labels(image, cells, [1, 2]).astype(int).tolist()
    by_numpy = [int(numpy.sum(image[cells == cell])) for cell in (1, 2)]
    print(image.dtype, "- mahotas", by_mahotas, "scipy", by_scipy, "numpy", by_numpy)
    assert by_scipy == by_numpy
    return by_mahotas, by_numpy


camera = numpy.array([0, 2500, 4064], numpy.uint16)[cells]
bright = numpy.array([0, 200, 201], numpy.uint8)[cells]
print("docstring:", next(line.strip() for line in mahotas.labeled_sum.__doc__.splitlines() if "np.sum" in line))
assert sums(camera.astype(float)) == ([2560000, 4161536], [2560000, 4161536])
assert sums(camera) == ([2560000 % 65536, 4161536 % 65536], [2560000, 4161536]), "CHANGED: sums of 16 bits"
assert sums(bright) == ([204800 % 256, 205824 % 256], [204800, 205824]), "CHANGED: sums of 8 bits"
PY
echo "as seen before"
