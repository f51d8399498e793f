import { hiddenText, lookAtInput } from '../../lib/contract/workload/input-look.ts';
import type { MountAccess } from '../../lib/contract/workload/workload.ts';
import { memoryStore } from '../helpers/memory-store.ts';

async function look(keys: Record<string, string>, access: MountAccess = 'mount-s3', limit?: number) {
  const store = memoryStore();
  for (const [key, body] of Object.entries(keys)) await store.put(key, body);
  return lookAtInput(store, 'd/', access, limit);
}

it.each([
  ['mount-s3', 'd/a', 'd/a/b makes a folder of its name'],
  ['s3fs', 'd/a/b', 'd/a is a file, and its name a folder here'],
  ['download', 'd/a/b', 'd/a is a file, and its name a folder here'],
] as const)('%s hides %s', async (access, key, why) => {
  expect(
    (await look({ 'd/a': 'x', 'd/a-1': 'x', 'd/a.b': 'x', 'd/a/b': 'x', 'd/a/': '' }, access)).hidden,
  ).toEqual([{ key, why }]);
});

it('keys that no folder can hold are hidden by all of them; a mark of a folder is no key', async () => {
  const found = await look({
    'd/': '',
    'd/m/': '',
    'd/m/f': 'x',
    'd/e/': 'x',
    'd/x//y': 'x',
    'd/p/./q': 'x',
    'd/.z': 'x',
  });
  expect([found.keys, found.isWhole, found.hidden.map(each => each.key)]).toEqual([
    5,
    true,
    ['d/e/', 'd/p/./q', 'd/x//y'],
  ]);
  expect(hiddenText(found)).toBe(
    '3 keys cannot be seen as files, such as "d/e/": its name ends in a slash, so its content is a folder',
  );
});

it('is bounded, and says so', async () => {
  const found = await look(
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`d/x//${i}`, 'x'])),
    's3fs',
    10,
  );
  expect(hiddenText(found)).toContain('10 keys of the first 10 cannot be seen');
  expect(hiddenText(await look({}))).toBeUndefined();
  expect((await look({ other: 'x' })).keys).toBe(0);
});
