import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { freshPrefix, missingResult, nonFinite, rapidtideRun } from '../../../containers/rapidtide/result.ts';

/** A NIfTI-1 image of float32 zeros. */
function nifti(...axes: number[]): Buffer {
  const head = Buffer.alloc(352);
  head.writeInt32LE(348, 0);
  head.writeInt16LE(axes.length, 40);
  axes.forEach((size, index) => void head.writeInt16LE(size, 42 + 2 * index));
  head.writeInt16LE(32, 72);
  head.writeFloatLE(352, 108);
  return Buffer.concat([head, Buffer.alloc(4 * axes.reduce((a, b) => a * b, 1))]);
}

let folder: string;
let run: { input: string; prefix: string };
const write = (end: string, body: Buffer | string = ''): void => writeFileSync(`${run.prefix}${end}`, body);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-rapidtide-'));
  run = { input: join(folder, 'in.nii.gz'), prefix: join(folder, 'P') };
  writeFileSync(run.input, gzipSync(nifti(4, 4, 2, 30)));
  write('_DONE.txt');
  write('_desc-maxtime_map.nii.gz', gzipSync(nifti(4, 4, 2)));
  write('_desc-mean_map.nii.gz', gzipSync(nifti(4, 4, 2)));
});
afterEach(() => rmSync(folder, { recursive: true }));
const reason = (startedAt = Date.now() - 500) => missingResult(run, startedAt);

it('a new _DONE, no _ISRUNNING and maps that open are a result', async () => {
  expect(await reason()).toBeUndefined();
});

it('an input that is not 4D is told as that: Rapidtide exits with 0 and leaves _ISRUNNING', async () => {
  rmSync(`${run.prefix}_DONE.txt`);
  write('_ISRUNNING.txt');
  writeFileSync(run.input, gzipSync(nifti(4, 4, 2)));
  expect(await reason()).toBe(
    'rapidtide exited with 0 and did not finish: its input has 3 dimensions (4 x 4 x 2), and 4 are needed',
  );
});

it.each<[string, () => void, string]>([
  ['a _DONE of an earlier run', () => utimesSync(`${run.prefix}_DONE.txt`, 1e9, 1e9), 'did not finish'],
  ['an _ISRUNNING beside the _DONE', () => write('_ISRUNNING.txt'), 'did not finish'],
  ['no lag map', () => rmSync(`${run.prefix}_desc-maxtime_map.nii.gz`), 'made no P_desc-maxtime_map.nii.gz'],
  [
    'a map that is cut',
    () => write('_desc-mean_map.nii.gz', gzipSync(nifti(4, 4, 2)).subarray(0, -12)),
    'P_desc-mean_map.nii.gz does not open: unexpected end of file',
  ],
  [
    'a map with too few voxels',
    () => write('_desc-mean_map.nii.gz', gzipSync(nifti(4, 4, 2).subarray(0, -4))),
    'it has 476 bytes of image, and its header says 480',
  ],
  [
    'a map that is none',
    () => write('_desc-mean_map.nii.gz', gzipSync(Buffer.alloc(600, 1))),
    'no NIfTI image',
  ],
  ['an empty map', () => write('_desc-maxtime_map.nii.gz'), 'does not open'],
])('%s is no result', async (_, change, text) => {
  change();
  expect(await reason()).toContain(text);
});

it('a prefix is made fresh: what another run left there goes, and nothing else', async () => {
  write('x_DONE.txt');
  await freshPrefix(run.prefix);
  expect(await reason()).toContain('did not finish');
  expect(rapidtideRun(['rapidtide', 'a', 'b', '--x'])).toEqual({ input: 'a', prefix: 'b' });
  await expect(missingResult({ ...run, prefix: `${run.prefix}x` }, 0)).resolves.toContain('made no Px_desc');
  await freshPrefix(join(folder, 'new', 'Q'));
  expect(await missingResult({ ...run, prefix: join(folder, 'new', 'Q') }, 0)).toContain('did not finish');
});

it('values that are not finite are a warning, and other lines are none', () => {
  expect(nonFinite('VoxelData.load: dataset has 1024 NaNs before fixing them.')).toContain('1,024 values');
  expect(nonFinite('VoxelData.load: dataset has 0 NaNs before fixing them.')).toBeUndefined();
  expect(nonFinite('filtering NaNs')).toBeUndefined();
});
