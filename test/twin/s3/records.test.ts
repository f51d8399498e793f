import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectMeta } from '../../../lib/twin/s3/disk/object-meta.ts';
import { BucketRecords } from '../../../lib/twin/s3/disk/records.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-records-'));
  path = join(folder, 'data.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (key: string, etag: string): ObjectMeta => ({
  key,
  path: key,
  size: 1,
  mtimeMs: Number.parseInt(etag, 16),
  etag,
  lastModified: '2026-01-01T00:00:00.000Z',
  headers: {},
  checksums: {},
});
const shown = (records: BucketRecords) =>
  Object.fromEntries([...records.all()].map(meta => [meta.key, meta.etag]));

it('cut at any byte, they tell of what was stored before, and what is stored then stays', async () => {
  const states: Record<string, string>[] = [{}];
  const lengths = [0];
  const placed = new Map<string, string>();
  const records = await BucketRecords.open(path, () => false);
  const step = async (work: () => Promise<void>) => {
    await work();
    states.push(shown(records));
    lengths.push((await stat(path)).size);
  };
  for (const [key, etag] of [
    ['a', '1'],
    ['é', '2'],
    ['a', '3'],
  ] as const) {
    await step(() => records.store(record(key, etag), async () => void placed.set(key, etag)));
  }
  await step(() => records.remove('é'));
  await step(() => records.store(record('a', '4')));
  records.close();
  const whole = await readFile(path);
  for (let bytes = 0; bytes <= whole.length; bytes++) {
    await writeFile(path, whole);
    await truncate(path, bytes);
    const step = lengths.findLastIndex(length => length <= bytes);
    // Nothing that was announced is in its place.
    const again = await BucketRecords.open(path, () => false);
    const allowed = [states[step], states[step - 1]];
    expect(allowed).toContainEqual(shown(again));
    await again.store(record('later', '9'));
    again.close();
    const last = await BucketRecords.open(path, () => false);
    expect(shown(last).later).toBe('9');
    last.close();
  }
});

it('what was announced counts when its file is in its place, and not when it is not', async () => {
  for (const isPlaced of [true, false]) {
    await rm(path, { force: true });
    const records = await BucketRecords.open(path, () => false);
    await records.store(record('k', '1'), async () => undefined);
    const killed = records.store(record('k', '2'), () => Promise.reject(new Error('killed')));
    await expect(killed).rejects.toThrow('killed');
    const again = await BucketRecords.open(path, meta => isPlaced && meta.etag === '2');
    expect(shown(again)).toEqual({ k: isPlaced ? '2' : '1' });
    again.close();
    records.close();
  }
});

it('the file does not grow for ever under writes to one key', async () => {
  const records = await BucketRecords.open(path, () => false);
  let longest = 0;
  for (let i = 0; i < 30_000; i++) {
    await records.store(record('k', (i + 1).toString(16)), async () => undefined);
    if (i % 1000 === 0) longest = Math.max(longest, (await stat(path)).size);
  }
  records.close();
  expect(longest).toBeLessThan(2_000_000);
  const again = await BucketRecords.open(path, () => false);
  expect(shown(again)).toEqual({ k: (30_000).toString(16) });
  again.close();
});

it('nothing is stored once they are closed', async () => {
  const records = await BucketRecords.open(path, () => false);
  records.close();
  await expect(records.store(record('k', '1'))).rejects.toThrow('closed');
});
