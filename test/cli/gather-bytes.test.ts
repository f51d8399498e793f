import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherFile, gatherObject, gatherStream } from '../../lib/cli/input/gather-bytes.ts';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gather-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const large = randomBytes(17 * 2 ** 20);

it.each([0, 3, 2 ** 20, 5_000_001])('%s bytes of a file or of a stream are all of them', async count => {
  const body = large.subarray(0, count);
  await writeFile(join(folder, 'list'), body);
  expect(wholeOf(await gatherFile(join(folder, 'list'))).equals(body)).toBe(true);
  const stream = async function* () {
    for (let from = 0; from < body.length; from += 300_000) yield body.subarray(from, from + 300_000);
  };
  expect(wholeOf(await gatherStream(stream())).equals(body)).toBe(true);
});

it('a file that is not there is refused with its code', async () => {
  await expect(gatherFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('of an object', () => {
  const holding = (body: Buffer | undefined, calls: string[], more: Partial<Store> = {}): Store =>
    ({
      head: async () => body && { key: 'list', size: body.length },
      get: async () => {
        calls.push('get');
        return body;
      },
      download: async (_key: string, path: string) => {
        calls.push('download');
        await writeFile(path, body!);
      },
      ...more,
    }) as unknown as Store;
  it('that is large a copy is read, and none stays', async () => {
    const before = await readdir(tmpdir());
    const calls: string[] = [];
    const found = await gatherObject(holding(large, calls), 'list');
    expect([wholeOf(found!).equals(large), calls]).toEqual([true, ['download']]);
    const own = (names: readonly string[]) => names.filter(name => name.startsWith('arraylab-list-'));
    expect(own(await readdir(tmpdir())).filter(name => !before.includes(name))).toEqual([]);
  });
  it('that is small, that is not there, or that may not be looked at, GET answers', async () => {
    const calls: string[] = [];
    const refused = { head: () => Promise.reject(new Error('403')) };
    const small = large.subarray(0, 9);
    expect(await gatherObject(holding(small, calls), 'list')).toEqual(small);
    expect(await gatherObject(holding(undefined, calls), 'list')).toBeUndefined();
    expect(await gatherObject(holding(small, calls, refused), 'list')).toEqual(small);
    expect(calls).toEqual(['get', 'get', 'get']);
  });
});
