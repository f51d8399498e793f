# Sourced by a part, with the options of lab twin up: a twin that remembers nothing, its address and keys in the environment,
# and $work to write in. Both go with the part; the twin that the project has stays as it is.
work=$(mktemp -d)
export LAB_TWIN_FOLDER=$work/twin
cd "$ROOT"
lab() { node "$ROOT/bin/lab.ts" "$@"; }
trap 'lab twin down 2>/dev/null || true; rm -rf "$work"' EXIT
lab twin up "$@"
# As whom the shell comes to it: a member of the lab, where nothing else is said.
as() { eval "$(lab twin env --as "$1")"; }
as members
