import type { Context } from '../../lib/cli/context.ts';
import type { ConnectedRun } from '../../lib/cli/open.ts';
import { followToEnd } from '../../lib/cli/watch/follow.ts';
import type { IsKnown } from '../../lib/ledger/step-view.ts';
import { now } from '../doctor/fake-account.ts';

/** Of each look what has failed until then: a letter an item, with the round that it has failed in. */
type Look = readonly (readonly [item: string, round: number])[];

const ledgerOf = (failed: Look) => ({
  rows: {
    length: 26,
    *failed(isKnown: IsKnown) {
      for (const [name, round] of failed)
        if (!isKnown(name.charCodeAt(0), round))
          yield { name, round, exitCode: 3, reason: `in round ${round}` };
    },
  },
  ended: false,
  unasked: 0,
  unsent: { jobs: 0, isAll: false, rounds: [] },
  steps: [],
  atWork: 1,
  counts: {
    ...{ done: 0, partial: 0, failed: failed.length, blocked: 0 },
    ...{ running: 26 - failed.length, waiting: 0, cancelled: 0 },
  },
});

/** What a watcher tells of failures, by the look that it tells them after. */
async function told(json: boolean, ...looks: readonly Look[]): Promise<readonly (readonly string[])[]> {
  const stopping = new AbortController();
  const lines: string[][] = [];
  const tell = (line: string): void => {
    if (json ? line.includes('"event":"failed"') : line.includes(' failed: ')) lines.at(-1)!.push(line);
  };
  const context = {
    local: true,
    json,
    suffix: ' --local',
    signal: stopping.signal,
    now: () => now,
    io: { err: { write: () => true } },
    say: tell,
    print: tell,
  } as unknown as Context;
  const open = {
    run: { runId: 'r-1', rounds: [] },
    spec: { item: { one: 'plate', many: 'plates' } },
    connection: {},
    ledger: async () => {
      const at = lines.push([]) - 1;
      if (at === looks.length - 1) stopping.abort();
      return ledgerOf(looks[at]!);
    },
  } as unknown as ConnectedRun;
  await followToEnd(context, open);
  return lines;
}

const inRound = (round: number, items: string): Look => Array.from(items, item => [item, round]);

it('events tell of each failure once, and of one that has failed in a later round again', async () => {
  const event = (item: string, round: number): string =>
    JSON.stringify({ event: 'failed', item, exitCode: 3, reason: `in round ${round}` });
  expect(
    await told(
      true,
      inRound(0, 'ab'),
      inRound(0, 'abcdefgh'),
      inRound(0, 'abcdefgh'),
      [...inRound(1, 'b'), ...inRound(0, 'acdefgh')],
      [...inRound(1, 'b'), ...inRound(0, 'acdefghi')],
    ),
  ).toEqual([
    ['a', 'b'].map(item => event(item, 0)),
    [...'cdefgh'].map(item => event(item, 0)),
    [],
    [event('b', 1)],
    [event('i', 0)],
  ]);
});

it('a person is told of the first five failures, however they come', async () => {
  const line = (item: string): string => `plate ${item} failed: in round 0`;
  expect(await told(false, inRound(0, 'abc'), inRound(0, 'abcdefg'), inRound(0, 'abcdefgh'))).toEqual([
    [...'abc'].map(line),
    [...'de'].map(line),
    [],
  ]);
  expect(await told(false, inRound(0, 'abcd'), inRound(0, 'abcde'), inRound(0, 'abcdef'))).toEqual([
    [...'abcd'].map(line),
    [line('e')],
    [],
  ]);
});
