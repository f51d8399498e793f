// What is kept of a run before: taken where it is the same, made anew where it is not, never mixed.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, days, endNoisePy, noisepy, recipe, root, starts, world } from './trap-world.ts';

await check('whole days are proved pair by pair, and their stack by its windows', async () => {
  const { day, stack } = world();
  for (const each of days) {
    const { marker } = await day(each);
    assert.equal(marker.pairs, 6);
    assert.deepEqual(marker.faults, []);
    assert.deepEqual(
      marker.stations.map(({ windows }) => windows),
      [47, 47, 47],
    );
  }
  const whole = await stack('2024-03-03');
  assert.equal(whole.verdict, 'whole');
  assert.deepEqual(
    whole.report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(141),
  );
});

await check('a finished day is done again by no process at all', async () => {
  const { day, results } = world();
  await day(days[0]!);
  const [before, wrote] = [starts, results.writes.length];
  await endNoisePy();
  const again = await day(days[0]!);
  assert.equal(again.stood, true);
  assert.deepEqual([starts, results.writes.length], [before, wrote]);
});

await check('other settings are another result: nothing of the two is mixed', async () => {
  const { day, stack } = world();
  await day(days[0]!);
  await day(days[1]!);
  const other = { ...recipe, settings: { ...recipe.settings, maxlag: '30' } };
  assert.equal((await day(days[0]!, other)).stood, false);
  const refused = await stack('2024-03-02', 0, other);
  assert.match(
    refused.reason!,
    /^3 of 6 station-days are missing: CI\.STAA 2024-03-02 \(the day has no result\)/,
  );
  assert.equal((await stack('2024-03-02')).verdict, 'whole');
});

await check('one more day: the stack is made of all, and the days before are not', async () => {
  const { day, stack, results } = world();
  for (const each of days.slice(0, 2)) await day(each);
  assert.deepEqual(
    (await stack('2024-03-02')).report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(94),
  );
  const before = results.writes.length;
  for (const each of days.slice(0, 2)) assert.equal((await day(each)).stood, true);
  assert.equal(results.writes.length, before);
  await day(days[2]!);
  assert.deepEqual(
    (await stack('2024-03-03')).report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(141),
  );
});

await check(
  'what is gone from the results is made again, and a half-written file is never taken for a result',
  async () => {
    const { day, results } = world();
    const first = await day(days[0]!);
    const key = `${first.marker.folder}ccf/CI.STAA/CI.STAB/2024_03_01_00_00_00T2024_03_02_00_00_00.tar.gz`;
    const store = results as unknown as { get(key: string): Promise<Buffer> };
    assert.ok(await store.get(key), key);
    const cut = await (await noisepy()).count(await cutStore(await store.get(key)));
    assert.match(cut[0]!.error!, /EOFError|Compressed file ended/);
  },
);

async function cutStore(body: Buffer): Promise<string> {
  const folder = join(root, 'cut');
  mkdirSync(join(folder, 'CI.STAA/CI.STAB'), { recursive: true });
  writeFileSync(
    join(folder, 'CI.STAA/CI.STAB/2024_03_01_00_00_00T2024_03_02_00_00_00.tar.gz'),
    body.subarray(0, body.length / 2),
  );
  return folder;
}

await check('two days are the least that NoisePy stacks: one is refused in words', async () => {
  const { day, stack } = world();
  await day(days[0]!);
  const one = await stack('2024-03-01');
  assert.equal(one.verdict, 'failed');
  assert.match(one.reason!, /CI\.STAA\/CI\.STAA has one day/);
});
