"""Runs with a known answer, from the HCP1200 group maps that Rapidtide's package holds.

For each participant: a random low-frequency signal (0.009..0.15 Hz), delayed in every voxel by the published map of
delays (HCP1200v2_maxtime, seconds) and as strong as the published map of correlations (HCP1200v2_maxcorr) says, in
white noise, less of it in larger voxels. 12 mm voxels, TR 0.72 s, 400 volumes. Usage: make_runs.py FOLDER ID...
"""

import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import rapidtide

TR, VOLUMES, STEP = 0.72, 400, 6
# A voxel of 12 mm is the mean of 216 of the maps' own: less noise, though not by 1 / sqrt(216), for noise is smooth.
NOISE = 0.3
reference = Path(rapidtide.__file__).parent / "data" / "reference"


def group_map(name):
    image = nib.load(reference / f"HCP1200v2_{name}_2mm.nii.gz")
    return np.asarray(image.dataobj, dtype=np.float64)[::STEP, ::STEP, ::STEP], image.affine


def signal_at(spectrum, frequencies, delays):
    """The signal delayed by each of `delays` (s): exact for a band-limited periodic signal. Shape (voxels, volumes)."""
    shift = np.exp(-2j * np.pi * frequencies[None, :] * delays[:, None])
    return np.fft.irfft(spectrum[None, :] * shift, n=VOLUMES, axis=1)


def main(folder, participants):
    delay, affine = group_map("maxtime")
    strength, _ = group_map("maxcorr")
    mask = group_map("binmask")[0] > 0.5
    affine = affine.copy()
    affine[:3, :3] *= STEP
    frequencies = np.fft.rfftfreq(VOLUMES, TR)
    band = (frequencies > 0.009) & (frequencies < 0.15)
    for participant in participants:
        random = np.random.default_rng(int(participant))
        spectrum = np.where(band, random.normal(size=band.size) + 1j * random.normal(size=band.size), 0)
        r = np.clip(strength[mask], 0.2, 0.9)[:, None]
        moving = signal_at(spectrum, frequencies, delay[mask])
        moving /= moving.std(axis=1, keepdims=True)
        noise = random.normal(size=moving.shape)
        data = np.zeros(mask.shape + (VOLUMES,), dtype=np.float32)
        data[mask] = 10_000 + 100 * (r * moving + NOISE * np.sqrt(1 - r**2) * noise)
        image = nib.Nifti1Image(data, affine)
        image.header.set_xyzt_units("mm", "sec")
        image.header["pixdim"][4] = TR
        name = "rfMRI_REST1_LR"
        out = folder / "HCP_1200" / participant / "MNINonLinear" / "Results" / name / f"{name}.nii.gz"
        out.parent.mkdir(parents=True)
        nib.save(image, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
