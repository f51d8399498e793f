#!/usr/bin/env bash
# Meets software that we did not write. Each part is a folder with a run.sh: 0 passed, 77 skipped, else failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export ROOT=$(cd "$here/../.." && pwd)
export PATH="$ROOT/node_modules/.bin:$PATH"
# What the parts and the tools that they start leave behind goes with this folder.
export TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/arraylab-conformance-XXXXXX")
trap 'rm -rf "$TMPDIR"' EXIT
for part in "$@"; do
  [ -f "$here/$part/run.sh" ] && continue
  echo "there is no part $part; there are: $(cd "$here" && ls -d */ | tr -d / | tr '\n' ' ')" >&2
  exit 2
done
passed=0 failed=0 skipped=0 notes=""
for part in ${@:-$(ls "$here" | grep -v -E '\.(sh|ts)$')}; do
  echo "=== conformance: $part"
  # A part that hangs is a part that failed; a soak's takes hours.
  timeout -k 10 "${PART_SECONDS:-900}" bash "$here/$part/run.sh"; code=$?
  case $code in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)); notes="$notes\nskipped: $part" ;;
    *) failed=$((failed + 1)); notes="$notes\nFAILED: $part (exit code $code)" ;;
  esac
done
printf "$notes\n"
echo "conformance: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
