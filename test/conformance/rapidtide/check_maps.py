"""Are Rapidtide's outputs NIfTI, and do they say what was put in? Usage: check_maps.py FOLDER ID...

FOLDER holds what the runs wrote. The delays and correlations that come out must follow the published maps that went in
(see make_runs.py): a wrong or mixed-up output fails.
"""

import sys
from pathlib import Path

import nibabel as nib
import numpy as np
from make_runs import STEP, VOLUMES, group_map

delay, affine = group_map("maxtime")
strength = group_map("maxcorr")[0]
brain = group_map("binmask")[0] > 0.5
problems = []
cleaned = {}
for participant in sys.argv[2:]:
    stems = list(Path(sys.argv[1]).rglob(f"{participant}/rapidtide_rfMRI_REST1_LR_desc-maxtime_map.nii.gz"))
    if len(stems) != 1:
        problems.append(f"{participant}: {len(stems)} delay maps")
        continue

    def load(name):
        image = nib.load(str(stems[0]).replace("desc-maxtime_map", name))
        return image, np.asarray(image.dataobj, dtype=np.float64)

    image, found = load("desc-maxtime_map")
    _, r = load("desc-maxcorr_map")
    _, fitted = load("desc-corrfit_mask")
    bold, cleaned[participant] = load("desc-lfofilterCleaned_bold")
    at = brain & (fitted > 0)
    agreement = np.corrcoef(found[at], delay[at])[0, 1]
    strengths = np.corrcoef(r[at], strength[at])[0, 1]
    print(
        f"{participant}: {at.sum()} of {brain.sum()} voxels fitted, delay {np.median(found[at]):.2f} s,"
        f" r with the published delays {agreement:.3f}, with the published correlations {strengths:.3f}"
    )
    expected = np.diag([*(np.diag(affine)[:3] * STEP), 1])
    for name, true in {
        "most voxels fitted": at.sum() > 0.8 * brain.sum(),
        "delays follow the published map": agreement > 0.9,
        "correlations follow the published map": strengths > 0.5,
        "correlations between 0 and 1": 0 < r[at].min() and r[at].max() <= 1,
        "delays within the search range": np.abs(found[at]).max() <= 30,
        "voxel size as it went in": np.allclose(image.affine[:3, :3], expected[:3, :3]),
        "as many volumes as went in": cleaned[participant].shape == (*brain.shape, VOLUMES),
        "repetition time as it went in": abs(bold.header["pixdim"][4] - 0.72) < 1e-6,
        "all finite": np.isfinite(found).all() and np.isfinite(cleaned[participant]).all(),
    }.items():
        if not true:
            problems.append(f"{participant}: not {name}")
names = list(cleaned)
for i, one in enumerate(names):
    for other in names[i + 1 :]:
        if np.array_equal(cleaned[one], cleaned[other]):
            problems.append(f"{one} and {other} have the same output")
print("\n".join(f"FAILED  {problem}" for problem in problems) or "ok      the maps say what was put in")
sys.exit(1 if problems else 0)
