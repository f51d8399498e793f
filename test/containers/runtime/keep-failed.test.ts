import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { failedLimits, keepFailed, keptText } from '../../../containers/runtime/keep-failed.ts';
import { memoryStore } from '../../helpers/memory-store.ts';

const folder = join(mkdtempSync(join(tmpdir(), 'keep-failed-')), 'data_out');
afterAll(() => rmSync(dirname(folder), { recursive: true }));
const prefix = 'runs/r/failed/sub-01/0.1/';
const uploading = (store: ReturnType<typeof memoryStore>) => ({
  ...store,
  async upload(path: string, key: string) {
    await store.put(key, readFileSync(path));
    return (await store.head(key))!;
  },
});
beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const [name, size] of [
    ['maps.nii', 5000],
    ['tool.log', 10],
    ['half.tsv', 900],
  ] as const)
    writeFileSync(join(folder, name), 'x'.repeat(size));
});

it('of what a failed attempt wrote the smallest files are kept, up to a limit, and what is left out is said', async () => {
  const store = uploading(memoryStore());
  const kept = await keepFailed(store, [folder], prefix, { bytes: 1000, files: 10 });
  expect([...store.objects.keys()].sort()).toEqual(
    ['half.tsv', 'tool.log'].map(each => `${prefix}data_out/${each}`),
  );
  expect(keptText(kept, 'b', prefix)).toBe(
    `what it wrote is kept: 2 files, 910 bytes at s3://b/${prefix}; 1 more were too large, too many, or refused`,
  );
  expect(
    await keepFailed(uploading(memoryStore()), [folder], prefix, { bytes: 1e6, files: 1 }),
  ).toMatchObject({
    files: 1,
    leftOut: 2,
  });
});

it('a store that refuses ends nothing: the failure that it is about is told', async () => {
  expect(await keepFailed(memoryStore(), [folder], prefix, failedLimits.failed)).toMatchObject({
    files: 0,
    leftOut: 3,
  });
});
