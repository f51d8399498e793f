#!/usr/bin/env bash
# --script /opt/scripts/run.sh: Julia with as many threads as the job has, and what it compiles on scratch.
set -euo pipefail
# The first depot is written to; what the image was compiled with stands behind it.
export JULIA_DEPOT_PATH="$SCRATCH/depot:$JULIA_DEPOT_PATH"
exec julia --threads "$CORES" /opt/scripts/month.jl "$@"
