#!/usr/bin/env bash
# CONTRIBUTING.md’s five recipes, followed word for word, each in a clone: its files are written, its commands run.
set -euo pipefail
exec node "$(dirname "$0")/recipes.ts"
