import { eachLimit, eachToItsEnd, mapLimit } from '../../lib/contract/run/map-limit.ts';

const turn = (): Promise<void> => new Promise(done => setImmediate(done));

it.each([
  ['mapLimit', mapLimit<number, void>],
  ['eachLimit', eachLimit<number>],
  ['eachToItsEnd', eachToItsEnd<number>],
])('%s begins nothing new after an error', async (_, over) => {
  const begun: number[] = [];
  const all = over([0, 1, 2, 3, 4, 5, 6, 7], 2, async each => {
    begun.push(each);
    await turn();
    if (each === 2) throw new Error('the third');
  });
  await expect(all).rejects.toThrow('the third');
  const before = [...begun];
  for (let turns = 0; turns < 10; turns++) await turn();
  expect(begun).toEqual(before);
  expect(begun).not.toContain(7);
});

it('mapLimit answers in the order of its inputs', async () => {
  const made = await mapLimit([3, 1, 2], 2, async each => {
    for (let turns = 0; turns < each; turns++) await turn();
    return each * 10;
  });
  expect(made).toEqual([30, 10, 20]);
});

it('eachToItsEnd throws the first error once all that was under way has come to its end', async () => {
  const ended: number[] = [];
  const all = eachToItsEnd([0, 1, 2, 3, 4, 5], 3, async each => {
    for (let turns = 0; turns < each * 3; turns++) await turn();
    ended.push(each);
    if (each > 0) throw new Error(`the error of ${each}`);
  });
  await expect(all).rejects.toThrow('the error of 1');
  expect(ended).toEqual([0, 1, 2, 3]);
});
