# Sourced by a part, with the options of lab twin up: a twin of this project that remembers nothing, its address and keys in
# the environment, and $work to write in. Both go with the part.
work=$(mktemp -d)
cd "$ROOT"
lab() { node "$ROOT/bin/lab.ts" "$@"; }
trap 'lab twin down 2>/dev/null || true; rm -rf "$work"' EXIT
lab twin down 2>/dev/null || true
lab twin reset --yes 2>/dev/null || true
lab twin up "$@"
eval "$(lab twin env)"
