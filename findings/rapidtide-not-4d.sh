#!/usr/bin/env bash
# Rapidtide 3.2.0 on a NIfTI image without a time axis: it says "endpoint ( 0 ) must be greater than startpoint ( 0 )",
# exits with 0, makes no map, and leaves its mark _ISRUNNING. A batch system that goes by the exit code calls that a success.
# Seen: exit code 0, "<prefix>_ISRUNNING.txt" there, "<prefix>_DONE.txt" and "<prefix>_desc-maxtime_map.nii.gz" not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# What the rapidtide program itself imports; its other programs want PyTorch and Qt.
"$work/venv/bin/pip" install -q --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 nibabel==5.4.2 pandas==3.1.1 \
  scikit-learn==1.9.1 scikit-image==0.26.0 statsmodels==0.15.0 nilearn==0.14.1 matplotlib==3.11.2 pyFFTW==0.15.1 \
  PyWavelets==1.9.0 tqdm==4.70.1 requests==2.34.2
"$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps rapidtide==3.2.0
"$work/venv/bin/pip" list 2>/dev/null | grep -i '^rapidtide'
cd "$work"
venv/bin/python - <<'PY'
import nibabel as nib
import numpy as np

image = np.random.default_rng(0).normal(1000, 10, (12, 12, 8)).astype(np.float32)
nib.save(nib.Nifti1Image(image, np.eye(4)), "3d.nii.gz")
PY
code=0
venv/bin/rapidtide 3d.nii.gz out --numnull 0 --noprogressbar > stdout 2> stderr || code=$?
tail -n 3 stdout
echo "exit code $code; files: $(ls out_* | tr '\n' ' ')"
[ "$code" -eq 0 ] || { echo "CHANGED: it does not exit with 0 any more"; exit 1; }
[ -e out_ISRUNNING.txt ] && [ ! -e out_DONE.txt ] || { echo "CHANGED: its marks are others"; exit 1; }
[ ! -e out_desc-maxtime_map.nii.gz ] || { echo "CHANGED: it makes a map"; exit 1; }
echo "as seen before"
