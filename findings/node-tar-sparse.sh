#!/usr/bin/env bash
# tar 7.5.23 and tar-stream 3.2.2 (npm), extraction of a tar of a file with holes, as GNU tar -S makes it of HDF5 files and images that were
# laid out before they were filled: in GNU's format tar makes no file at all, also with strict: true, raises nothing and calls no onwarn; in the POSIX format
# both take the list of the file's data and the data without the holes for the file, under GNUSparseFile.<number>. tar-stream gives the
# data alone under the right name in GNU's format. Python's tarfile and GNU tar give back the 4 MiB of both.
# Seen: GNU's: tar no file, tar-stream 4,096 bytes; POSIX: 4,608 bytes each, in the folder GNUSparseFile.N.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund tar@7.5.23 tar-stream@3.2.2
mkdir made
truncate -s 4M made/plate.h5
printf DATA | dd of=made/plate.h5 bs=1 seek=2097152 conv=notrunc status=none
for format in gnu posix; do tar -S --format=$format -cf $format.tar -C made plate.h5; done
python3 - <<'PY'
import tarfile

for name in ("gnu", "posix"):
    with tarfile.open(f"{name}.tar") as archive:
        data = archive.extractfile("plate.h5").read()
    print(f"{name}.tar - tarfile: plate.h5, {len(data):,} bytes")
    assert len(data) == 4 << 20 and data.strip(b"\0") == b"DATA", "tarfile"
PY
for format in gnu posix; do tar -xOf $format.tar plate.h5 | cmp - made/plate.h5; done
cat > look.mjs <<'JS'
import assert from 'node:assert';
import { createReadStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { extract } from 'tar-stream';
import { x } from 'tar';

async function byTar(format) {
  mkdirSync(`out-${format}`);
  const onwarn = (code, message) => assert.fail(`CHANGED: tar warns: ${code} ${message}`);
  await x({ file: `${format}.tar`, cwd: `out-${format}`, strict: true, onwarn });
  const files = readdirSync(`out-${format}`, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return files.map((each) => [each.name, each.parentPath.split('/').slice(1).join('/'), statSync(`${each.parentPath}/${each.name}`).size]);
}

async function byStream(format) {
  const seen = [];
  for await (const entry of createReadStream(`${format}.tar`).pipe(extract())) {
    let size = 0;
    for await (const piece of entry) size += piece.length;
    seen.push([entry.header.name, size]);
  }
  return seen;
}

for (const format of ['gnu', 'posix']) {
  const [files, entries] = [await byTar(format), await byStream(format)];
  console.log(`${format}.tar - tar:`, files, 'tar-stream:', entries);
  if (format === 'gnu') {
    assert.deepEqual(files, [], 'CHANGED: tar');
    assert.ok(entries.length === 1 && entries[0][0] === 'plate.h5' && entries[0][1] < 1e6, 'CHANGED: tar-stream');
  } else {
    assert.ok(files.length === 1 && files[0][1].startsWith('GNUSparseFile.') && files[0][2] < 1e6, 'CHANGED: tar');
    assert.ok(entries.length === 1 && entries[0][0].includes('GNUSparseFile.') && entries[0][1] < 1e6, 'CHANGED: tar-stream');
  }
}
JS
node look.mjs
echo "as seen before"
