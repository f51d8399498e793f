#!/usr/bin/env bash
# ratarmount's core 0.11.1 keeps an index beside a tar and takes it again when the tar's size is the same. Another tar of that
# size in its place, with other members and a newer time, is read by the old index: the old names, over the new bytes, and no word.
# Tars that are cut to one size, as shards of a plate are, meet this. (`--verify-mtime` of the program looks at the time, too.)
# Seen: "r01.tif" has the first byte of "r02.tif", which is not listed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ratarmountcore==0.11.1
cd "$work"
venv/bin/python - <<'PY'
import io
import os
import tarfile
from importlib.metadata import version

from ratarmountcore.mountsource.formats.tar import SQLiteIndexedTar

print("ratarmountcore", version("ratarmountcore"))


def write(name, byte):
    with tarfile.open("plate.tar", "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 60_000
        tar.addfile(member, io.BytesIO(byte * member.size))


def read():
    with SQLiteIndexedTar("plate.tar", writeIndex=True, indexMinimumFileCount=0, printDebug=0) as tar:
        found = {}
        for name in tar.list("/"):
            with tar.open(tar.lookup(f"/{name}")) as file:
                found[name] = file.read(1)
        return found


write("r01.tif", b"1")
before = read()
write("r02.tif", b"2")
newer = os.stat("plate.tar.index.sqlite").st_mtime + 3600
os.utime("plate.tar", (newer, newer))
after = read()
print("first:", before, "- then, another tar of the same size:", after)
assert before == {"r01.tif": b"1"}
assert after == {"r01.tif": b"2"}, "CHANGED: the index of another tar is not taken"
PY
echo "as seen before"
