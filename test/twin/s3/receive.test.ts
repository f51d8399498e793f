import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { receive } from '../../../lib/twin/s3/bodies/receive.ts';
import { runs } from '../../helpers/runs.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-receive-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Beyond what is held whole.
const source = randomBytes(10 * 1024 * 1024);
const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const crc32Of = (bytes: Buffer): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
};

async function* inPieces(bytes: Buffer, sizes: readonly number[], fails?: Error): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
  if (fails) throw fails;
}

it('stores what came in and gives its checksums, whatever its length and its pieces, many at a time', async () => {
  const body = fc.record({
    length: fc.oneof(
      fc.integer({ min: 0, max: source.length }),
      fc.constantFrom(0, 1, 1_048_576, 4_194_303, 4_194_304, 4_194_305, 6_291_456, 7_340_033, source.length),
    ),
    pieces: fc.array(fc.integer({ min: 400, max: 1_200_000 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 6 }), async bodies => {
      await Promise.all(
        bodies.map(async ({ length, pieces }) => {
          const bytes = source.subarray(source.length - length);
          const path = join(folder, String(files++));
          const received = await receive(path, inPieces(bytes, pieces), ['CRC32', 'SHA256']);
          expect(received).toEqual({
            size: length,
            md5: md5Of(bytes),
            checksums: { CRC32: crc32Of(bytes), SHA256: createHash('sha256').update(bytes).digest('base64') },
            mtimeMs: (await stat(path)).mtimeMs,
          });
          expect(bytes.equals(await readFile(path))).toBe(true);
          await rm(path);
        }),
      );
    }),
    { numRuns: runs(25) },
  );
});

it('a body that fails leaves no file, short or long, and the next one is as right as ever', async () => {
  for (const length of [10, 1_200_000, 4_300_000, source.length]) {
    const before = (await readdir(folder)).length;
    const broken = inPieces(source.subarray(0, length), [100_000], new Error('reset'));
    await expect(receive(join(folder, 'broken'), broken, [])).rejects.toThrow('reset');
    expect(await readdir(folder)).toHaveLength(before);
  }
  const path = join(folder, 'after');
  const received = await receive(path, inPieces(source, [70_000]), []);
  expect(received.md5).toBe(md5Of(source));
});
