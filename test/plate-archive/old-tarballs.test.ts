import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { bucketTarget } from '../../jobs/plate-archive/restore/bucket-target.ts';
import { oldDigests, readOldSums } from '../../jobs/plate-archive/restore/old-sums.ts';
import { oldTarballs } from '../../jobs/plate-archive/restore/old-tarball.ts';
import { restoreOldTarball } from '../../jobs/plate-archive/restore/restore-old-tarball.ts';
import { PlateLab, plate } from './plate-lab.ts';

const mib = 1024 * 1024;

it('restores the tarballs of the older scripts, and refuses one whose MD5 is not that of its file', async () => {
  const lab = new PlateLab();
  const tar = pack();
  tar.entry({ name: 'P_B_BR01/P/B/images/BR01 x/', type: 'directory' });
  tar.entry({ name: 'P_B_BR01/P/B/images/BR01 x/a b.tif' }, 'image');
  tar.entry({ name: `P_B_BR01/P/workspace/${'l'.repeat(120)}/b.csv` }, 'table');
  tar.entry({ name: 'P_B_BR01/../../evil' }, 'evil');
  tar.finalize();
  const gz = gzipSync(await buffer(tar));
  const key = 'old/P_B_BR01_images_illum_analysis.tar.gz';
  lab.s3.write('cold', key, gz);
  lab.s3.write('cold', `${key}.md5`, `${createHash('md5').update(gz).digest('hex')}  x.tar.gz\n`);
  const store = lab.s3.store('cold');
  const [old] = await oldTarballs(store, 'old/', plate);
  const how = { target: bucketTarget(lab.s3.store('live'), ''), wanted: () => true };
  expect(await restoreOldTarball(store, old!, how)).toEqual([
    { key: 'projects/P/B/images/BR01 x/a b.tif', outcome: 'restored', bytes: 5 },
    { key: `projects/P/workspace/${'l'.repeat(120)}/b.csv`, outcome: 'restored', bytes: 5 },
  ]);
  expect(lab.s3.object('live', 'projects/P/B/images/BR01 x/a b.tif')!.body.toString()).toBe('image');
  expect((await restoreOldTarball(store, old!, how)).map(({ outcome }) => outcome)).toEqual([
    'there',
    'there',
  ]);
  const again = async () => restoreOldTarball(store, (await oldTarballs(store, 'old/', plate))[0]!, how);
  lab.s3.write('cold', `${key}.md5`, `${'0'.repeat(32)}  x.tar.gz\n`);
  await expect(again()).rejects.toThrow('is damaged: it is not what its .md5 says');
  lab.s3.remove('cold', `${key}.md5`);
  await expect(again()).rejects.toThrow('no .md5 and no .etag');
  // One that was small was uploaded in one piece: its ETag is its MD5.
  lab.s3.write('cold', `${key}.etag`, createHash('md5').update(gz).digest('hex'));
  expect(await again()).toHaveLength(2);
  lab.s3.write('cold', `${key}.etag`, `"${'0'.repeat(32)}"\n`);
  await expect(again()).rejects.toThrow('is damaged: it is not what its .etag says');
});

it.each([
  [20 * mib + 5, 3, 8 * mib],
  [16 * mib, 2, 8 * mib],
  // Parts were doubled where there would have been too many.
  [20 * mib + 5, 2, 16 * mib],
])('an .etag of %i bytes in %i parts is that of parts of %i', (size, parts, partBytes) => {
  const bytes = Buffer.alloc(size, 'x');
  bytes[size - 1] = 7;
  const digests: Buffer[] = [];
  for (let from = 0; from < size; from += partBytes)
    digests.push(
      createHash('md5')
        .update(bytes.subarray(from, from + partBytes))
        .digest(),
    );
  const etag = `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts}`;
  const compare = (body: Buffer) => {
    const running = oldDigests(size, readOldSums(undefined, `"${etag}"\n`));
    // As a stream gives them.
    for (let from = 0; from < size; from += 3_000_017) running.update(body.subarray(from, from + 3_000_017));
    return running.end();
  };
  expect(compare(bytes)).toEqual({ wrong: [], compared: 1 });
  bytes[0]! ^= 1;
  expect(compare(bytes)).toEqual({ wrong: ['.etag'], compared: 1 });
});

it('an .etag of parts that no size makes is not compared, and is no damage', () => {
  const running = oldDigests(10, readOldSums(undefined, `${'a'.repeat(32)}-7`));
  running.update(Buffer.alloc(10));
  expect(running.end()).toEqual({ wrong: [], compared: 0 });
});
