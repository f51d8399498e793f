/**
 * `node large-members.ts [BYTES …]`: objects about 8 GiB, where sizes leave the octal digits of a header, archived and verified whole,
 * and their tars listed by GNU tar, bsdtar and Python's tarfile. Everything but some marks is zeros, and no disk has to hold it.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { archivePlate } from '../../containers/plate-archive/archiver/archive-plate.ts';
import { makeTar } from '../../containers/plate-archive/archiver/make-tar.ts';
import { checkTar } from '../../containers/plate-archive/verifier/check-tar.ts';
import { verifyPlate } from '../../containers/plate-archive/verifier/verify-plate.ts';
import { combineCrc32 } from '../../jobs/plate-archive/format/crc32.ts';
import type { ObjectStore, StoredObject } from '../../lib/contract/ports/object-store.ts';
import { FakeS3 } from '../plate-archive/fake-s3.ts';
import { imagesPrefix, plate } from '../plate-archive/plate-lab.ts';

const gib = 1024 ** 3;
const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(8 * gib - 1, 8 * gib, 8 * gib + 1);
if (!sizes.every(size => Number.isSafeInteger(size) && size > 0)) {
  process.stderr.write('not numbers of bytes\n  fix: node large-members.ts [BYTES …]\n');
  process.exit(2);
}

const blockBytes = 64 * 1024;
const zeros = Buffer.alloc(blockBytes);

/** Bytes that are zeros but for some blocks. */
class Sparse {
  size = 0;
  readonly blocks = new Map<number, Buffer>();

  write(at: number, bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const block = Math.floor((at + from) / blockBytes);
      const inside = at + from - block * blockBytes;
      const taken = bytes.subarray(from, from + blockBytes - inside);
      const there = this.blocks.get(block);
      if (there) taken.copy(there, inside);
      else if (!taken.equals(zeros.subarray(0, taken.length))) {
        const made = Buffer.alloc(blockBytes);
        taken.copy(made, inside);
        this.blocks.set(block, made);
      }
      from += taken.length;
    }
    this.size = Math.max(this.size, at + bytes.length);
  }

  read(from: number, target: Buffer): void {
    target.fill(0);
    const end = Math.min(this.size, from + target.length);
    for (let block = Math.floor(from / blockBytes); block * blockBytes < end; block++) {
      const found = this.blocks.get(block);
      if (!found) continue;
      const at = block * blockBytes - from;
      found.copy(target, Math.max(0, at), Math.max(0, -at), Math.min(blockBytes, end - block * blockBytes));
    }
  }
}

const base64 = (sum: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum);
  return bytes.toString('base64');
};

/** A bucket whose large objects are sparse; the others are a fake's. */
function withLarge(
  store: ObjectStore,
  large: Map<string, { bytes: Sparse; info: StoredObject }>,
): ObjectStore {
  return {
    ...store,
    look: async (key, options) => large.get(key)?.info ?? store.look(key, options),
    async readInto(key, target, options) {
      const found = large.get(key);
      if (!found) return store.readInto(key, target, options);
      found.bytes.read(options.from ?? 0, target);
      options.onBytes?.(target);
      return found.info;
    },
    async *versionPages(prefix) {
      yield* store.versionPages(prefix);
      yield [...large.values()]
        .filter(({ info }) => info.key.startsWith(prefix))
        .map(({ info: { metadata: _, checksums: __, ...info } }) => ({
          ...{ ...info, versionId: 'null', isLatest: true, isDeleteMarker: false },
        }));
    },
    async *list(prefix) {
      yield* store.list(prefix);
      for (const { info } of large.values()) if (info.key.startsWith(prefix)) yield info;
    },
    async begin(key, options) {
      if (!key.endsWith('.tar') || key.endsWith('-index.tar')) return store.begin(key, options);
      const parts = new Map<number, { bytes: Sparse; crc32: number }>();
      return {
        uploadId: key,
        async part(number, body, sum) {
          if (crc32(body) !== sum) throw new Error(`part ${number} is not what its CRC-32 says`);
          const bytes = new Sparse();
          bytes.write(0, body);
          parts.set(number, { bytes, crc32: sum });
        },
        async complete(whole) {
          const bytes = new Sparse();
          let sum = 0;
          for (const [, part] of [...parts].sort(([a], [b]) => a - b)) {
            const at = bytes.size;
            for (const [block, body] of part.bytes.blocks)
              bytes.write(
                at + block * blockBytes,
                body.subarray(0, Math.min(blockBytes, part.bytes.size - block * blockBytes)),
              );
            bytes.size = at + part.bytes.size;
            sum = combineCrc32(sum, part.crc32, part.bytes.size);
          }
          if (bytes.size !== whole.size || sum !== whole.crc32) throw new Error('the whole is another');
          const info = infoOf(key, bytes.size, { CRC32: base64(sum) });
          large.set(key, { bytes, info });
          return { created: true, object: info };
        },
        abort: async () => undefined,
      };
    },
    tag: async (key, tags) => (large.has(key) ? void tagged.set(key, tags) : store.tag(key, tags)),
    tags: async key => tagged.get(key) ?? store.tags(key),
  };
}
const tagged = new Map<string, Readonly<Record<string, string>>>();
const infoOf = (key: string, size: number, checksums: StoredObject['checksums'] = {}): StoredObject => ({
  ...{ key, size, etag: '"large-2"', lastModified: new Date('2026-01-02T03:04:05Z') },
  ...{ storageClass: 'STANDARD', checksums, metadata: {} },
});

const s3 = new FakeS3();
const [live, cold] = [new Map(), new Map()] as Map<string, { bytes: Sparse; info: StoredObject }>[];
for (const size of sizes) {
  const key = `${imagesPrefix}${size}.raw`;
  const bytes = new Sparse();
  for (let at = 0; at + 16 < size; at += gib / 2) bytes.write(at, Buffer.from(`${at} of ${size}`.padEnd(16)));
  bytes.write(size - 1, Buffer.from([255]));
  live!.set(key, { bytes, info: infoOf(key, size) });
}
const [source, archive] = [withLarge(s3.store('live'), live!), withLarge(s3.store('cold'), cold!)];
const common = { source, archive, proofs: s3.store('proofs'), plate, now: () => new Date('2026-02-01') };
const { digest, seal } = await archivePlate({
  ...common,
  rules: [{ name: 'images', prefix: imagesPrefix, required: true }],
  tarBytes: 2 * gib,
  storageClass: 'DEEP_ARCHIVE',
  log: () => undefined,
  makeTars: async ({ inventory }, plans) => {
    const made = [];
    for (const plan of plans)
      made.push(
        await makeTar(
          { source, archive, plate, digest: inventory.digest, partBytes: 8 * 1024 * 1024, connections: 4 },
          plan,
        ),
      );
    return made;
  },
});
const { findings, proof } = await verifyPlate({
  ...{ ...common, digest, connections: 2, proofDays: 1, parallel: 1 },
  checkTar: check => checkTar({ ...check, source, archive }),
});
if (!proof) throw new Error(JSON.stringify(findings.list));
process.stdout.write(
  `${proof.objects} objects of ${sizes.join(', ')} bytes archived and proven, ${seal.tars.length} tars\n`,
);

const folder = mkdtempSync(join(tmpdir(), 'lab-large-'));
const listed: Record<string, string[]> = {};
try {
  for (const { info, bytes } of cold!.values()) {
    const path = join(folder, 'one.tar');
    const file = openSync(path, 'w');
    ftruncateSync(file, info.size);
    for (const [block, body] of bytes.blocks)
      writeSync(file, body, 0, Math.min(blockBytes, info.size - block * blockBytes), block * blockBytes);
    closeSync(file);
    const script = 'import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.size, m.name)';
    const readers: readonly (readonly [string, readonly string[]])[] = [
      ['tar', ['-tvf', path]],
      ['bsdtar', ['-tvf', path]],
      ['python3', ['-c', script, path]],
    ];
    for (const [program, words] of readers) {
      const said = execFileSync(program, words, { encoding: 'utf8' }).trim().split('\n');
      listed[program] = [...(listed[program] ?? []), ...said];
    }
    rmSync(path);
  }
  for (const [program, lines] of Object.entries(listed)) {
    const isWell = (size: number): boolean =>
      lines.some(line => new RegExp(`(?:^|\\s)${size}\\s.*/${size}\\.raw$`).test(line));
    if (lines.length !== sizes.length || !sizes.every(isWell))
      throw new Error(`${program} lists ${lines.join(', ')}`);
  }
  process.stdout.write(`listed with their sizes by ${Object.keys(listed).join(', ')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
