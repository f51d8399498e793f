#!/usr/bin/env bash
# rocrate 0.16.0: add_file of two files of one name from two folders, as each plate has its A01.tif and its load_data.csv, is one file in
# the crate: the second takes the place of the first, in the metadata and on the disk, and nothing is said. The first object that add_file
# gave is no part of the crate any more. Seven plates' images added one by one are one plate's.
# Seen: 14 calls of add_file, 2 files in the crate, those of the last plate.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check rocrate==0.16.0
cd "$work"
venv/bin/python -W error - <<'PY'
import json
import logging
from importlib.metadata import version
from pathlib import Path

from rocrate.rocrate import ROCrate

print("rocrate", version("rocrate"))
said = []
logging.getLogger().addHandler(type("Told", (logging.Handler,), {"emit": lambda self, record: said.append(record.getMessage())})())
crate = ROCrate()
entities = []
for plate in range(1, 8):
    folder = Path(f"BR{plate}")
    folder.mkdir()
    for well in ("A01", "A02"):
        (folder / f"{well}.tif").write_text(f"plate {plate} {well}")
        entities.append(crate.add_file(folder / f"{well}.tif", properties={"name": f"plate {plate}, well {well}"}))
crate.write("crate")
there = {file.name: file.read_text() for file in sorted(Path("crate").glob("**/*.tif"))}
graph = json.loads(Path("crate/ro-crate-metadata.json").read_text())["@graph"]
files = [entity for entity in graph if entity["@type"] == "File"]
print(len(entities), "calls of add_file;", len(there), "files:", there, "; in the metadata:", [entity["name"] for entity in files], "; said:", said)
assert len(entities) == 14
assert there == {"A01.tif": "plate 7 A01", "A02.tif": "plate 7 A02"}, "CHANGED: the files"
assert len(files) == 2 and not said, "CHANGED: the metadata, or a word is said"
PY
echo "as seen before"
