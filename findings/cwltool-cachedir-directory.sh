#!/usr/bin/env bash
# cwltool 3.3.20260925135507 with --cachedir, a tool whose input is a Directory, as a BIDS dataset or a plate's folder is: what is in the directory
# is no part of the key. A file of it changes, in content and size, another is added, and the second run "is using cached output",
# exit code 0, the first run's result. The same tool with the same file as a File runs anew.
# Seen: of the directory the old line and count of files, of the file the new line.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cwltool==3.3.20260925135507
cd "$work"
venv/bin/cwltool --version | sed "s|.*/||"
cat > directory.cwl <<'CWL'
cwlVersion: v1.2
class: CommandLineTool
inputs: {scans: Directory}
baseCommand: [sh, -c, 'ls "$1" | wc -l; cat "$1"/one.txt', sh]
arguments: [$(inputs.scans.path)]
stdout: out.txt
outputs: {out: {type: stdout}}
CWL
sed 's/Directory/File/; s/ls .*one.txt/cat "$1"/' directory.cwl > file.cwl
mkdir scans
echo first > scans/one.txt
run() {
  venv/bin/cwltool --cachedir cache --outdir "out-$1" "$1.cwl" --scans "$2" > /dev/null 2> "said-$1"
  tr '\n' ' ' < "out-$1/out.txt"
}
before="$(run directory scans), $(run file scans/one.txt)"
echo "the second, and longer" > scans/one.txt
echo another > scans/two.txt
after="$(run directory scans), $(run file scans/one.txt)"
echo "directory, file before: $before"
echo "directory, file after:  $after"
grep -o "Using cached output" said-directory
[ "$before" = "1 first , first " ] || { echo "the first runs are not as they should be"; exit 1; }
[ "$after" = "1 first , the second, and longer " ] || { echo "CHANGED: the directory's content counts"; exit 1; }
echo "as seen before"
