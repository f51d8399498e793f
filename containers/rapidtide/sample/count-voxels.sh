#!/usr/bin/env bash
# A script of the lab's own: reads /data_in, writes /data_out, gets the participant as its last argument.
set -euo pipefail
participant=${!#}
scan="${DATA_IN:-/data_in}/HCP_1200/$participant/scan.txt"
voxels=$(grep -c '^voxel ' "$scan" || true)
if [ "$voxels" -eq 0 ]; then
  echo "$scan has no voxels in it" >&2
  exit 3
fi
mkdir -p "${DATA_OUT:-/data_out}"
echo "$participant,$voxels" > "${DATA_OUT:-/data_out}/voxels.csv"
echo "$participant: $voxels voxels"
