#!/usr/bin/env bash
# CONTRIBUTING.md's recipe for a workload, followed word for word in a clone: its files are written, its commands run.
set -euo pipefail
exec node "$(dirname "$0")/recipes.ts"
