#!/usr/bin/env bash
# The real Rapidtide, from PyPI, over three participants by the daily command; then one is broken, and retried.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}
venv=$cache/rapidtide
if [ ! -x "$venv/bin/rapidtide" ]; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  # What the rapidtide program itself imports; its other programs want PyTorch and Qt, several GB.
  "$venv/bin/pip" install -q --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 nibabel==5.4.2 pandas==3.1.1 \
    scikit-learn==1.9.1 scikit-image==0.26.0 statsmodels==0.15.0 nilearn==0.14.1 matplotlib==3.11.2 pyFFTW==0.15.1 \
    PyWavelets==1.9.0 tqdm==4.70.1 requests==2.34.2
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps rapidtide==3.2.0
fi
export PYTHONDONTWRITEBYTECODE=1
. "$ROOT/test/conformance/fresh-twin.sh" --tools "$venv/bin"
as datasets
keys="{\"accessKeyId\":\"$AWS_ACCESS_KEY_ID\",\"secretAccessKey\":\"$AWS_SECRET_ACCESS_KEY\"}"
echo "$keys" | lab secret set hcp --local
unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
check() { if eval "$2"; then echo "ok      $1"; else echo "FAILED  $1: $2"; exit 1; fi; }
# The twin's buckets are plain folders: what is put there by hand is there.
input=$LAB_TWIN_FOLDER/state/s3/hcp-openaccess
"$venv/bin/python" "$here/make_runs.py" "$work/in" 100307 100408 101107
cp -r "$work/in/." "$input/"
run=HCP_1200/100408/MNINonLinear/Results/rfMRI_REST1_LR/rfMRI_REST1_LR.nii.gz
printf 'Subject;sex\n100307;F\n100408;M\n101107;F\n101309;M\n101410;F\n' > "$work/participants.csv"
# One input has no time, which Rapidtide 3.2.0 passes over with exit code 0; one has a value that is no number.
"$venv/bin/python" - "$work/in/$run" "$input" <<'PY'
import sys
from pathlib import Path

import nibabel as nib
import numpy as np

image = nib.load(sys.argv[1])
data = np.asarray(image.dataobj, dtype=np.float32)
for participant in ("101309", "101410"):
    path = Path(sys.argv[2], f"HCP_1200/{participant}/MNINonLinear/Results/rfMRI_REST1_LR/rfMRI_REST1_LR.nii.gz")
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = data[..., 0] if participant == "101309" else data.copy()
    if participant == "101410":
        changed[tuple(size // 2 for size in changed.shape)] = np.nan
    nib.save(nib.Nifti1Image(changed, image.affine, image.header if changed.ndim == 4 else None), path)
PY

# A download that broke off: Rapidtide has to fail on it, alone.
head -c 100000 "$work/in/$run" > "$input/$run"
daily() { npm run --silent submit:rapidtide -- --participants "$work/participants.csv" --do hcp --local "$@"; }
code=0
daily --vcpus 2 --memory 4096 --timeout 15m --wait -- --numnull 1000 > "$work/run" 2> "$work/err" || code=$?
cat "$work/err"
id=$(head -1 "$work/run")
check "the daily command says that not all is done" '[ $code -eq 4 ]'
lab status "$id" --local --json > "$work/status"
state() { "$venv/bin/python" -c 'import json,sys; print(" ".join(sorted(i["name"] + "=" + i["state"] for i in json.load(open(sys.argv[1]))["items"])))' "$work/status"; }
check "those that are broken have failed, and no other" '[ "$(state)" = "100307=done 100408=failed 101107=done 101309=failed 101410=done" ]'
check "an input without time is told as that, though Rapidtide exits with 0" 'grep -q "its input has 3 dimensions" "$work/status"'
check "a value that is no number is a warning of what is done" 'grep -q "warning: 1 value of the input is not finite" "$work/status"'
check "a participant who has no input is refused before anything is submitted" '! daily --only 101309 --run REST2 --dry-run 2> "$work/refused" && grep -q "1 of 1 participant has no input" "$work/refused"'
lab logs "$id" 100408 --local > "$work/log" 2>/dev/null
check "its log says why, in Rapidtide’s own words" 'grep -q -i -E "error|EOF" "$work/log"'

cp "$work/in/$run" "$input/$run"
code=0
lab retry "$id" --local --wait || code=$?
lab status "$id" --local --json > "$work/status"
check "retried, it is done" '[ "$(state)" = "100307=done 100408=done 101107=done 101309=failed 101410=done" ]'
lab logs "$id" 101309 --local > /dev/null 2> "$work/kept"
check "what it left is named" 'grep -q "101309 left .* at s3://.*_ISRUNNING.txt" "$work/kept"'
(cd "$work" && lab fetch "$id" --local --to "$work/results")
"$venv/bin/python" "$here/check_maps.py" "$work/results" 100307 100408 101107
