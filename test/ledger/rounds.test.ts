import type { BatchPort } from '../../lib/contract/ports/ports.ts';
import { closedClaim } from '../../lib/contract/run/claim.ts';
import { claimKey, doneKey, indexKey, itemsKey, resultKey } from '../../lib/contract/run/keys.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';

const run = { workload: 'scan', runId: 'r' };

/** A round of one job, or of none: what is `closed` can have none. Of its items those that are no part of another fail. */
async function aRound(
  store: ReturnType<typeof memoryStore>,
  round: number,
  items: readonly Item[],
  jobId = `job-${round}`,
) {
  const { plan, files } = oneStepRound(run, [items], {
    plan: { round },
    step: {
      itemsKey: itemsKey(run, round, 'run'),
      indexKey: indexKey(run, round, 'run'),
      arrays: [{ array: 0, offset: 0, size: 1, jobName: `job-${round}`, lane: 0, after: [] }],
    },
  });
  await storeRound(store, plan, files);
  store.objects.set(claimKey(run, round, 'run', 0), Buffer.from(JSON.stringify({ jobId })));
  if (jobId === closedClaim) return plan;
  const record = {
    ...{ version: 2, jobId, endedAt: `2026-01-0${round + 1}T00:00:00Z`, exitCode: 1 },
    items: items.map(({ name, of }) => ({ name, state: of ? 'done' : 'failed' })),
  };
  const key = resultKey(run, { round, step: 'run', shard: 0, jobId, attempt: 1 });
  store.objects.set(key, Buffer.from(JSON.stringify(record)));
  return plan;
}

const batch = {
  describe: async (ids: readonly string[]) =>
    ids.map(jobId => ({ jobId, jobName: jobId, status: 'FAILED', attempts: [{ exitCode: 1 }] })),
} as unknown as BatchPort;
const steps = [{ name: 'run', takes: 'item' as const }];

/** Stores the run itself: its first round says what it is. */
const storeRunOf = (store: ReturnType<typeof memoryStore>, { lab, request, createdAt }: RoundPlan) =>
  storeRun(store, run, { version: 2, runId: 'r', lab, request, createdAt, items: 1 }, [{ name: 'a' }]);

it('what belongs to every item is told of again once it has failed in a later round', async () => {
  const store = memoryStore();
  const rounds: RoundPlan[] = [];
  const seen = new Map<number, number>();
  const isKnown = (position: number, round: number): boolean => {
    const before = seen.get(position);
    seen.set(position, round);
    return before === round;
  };
  const look = async () => {
    const { rows } = await new LedgerReader({ store, batch }, { run, rounds, steps }).look();
    return [...rows.failed(isKnown)].map(({ name, round }) => [name, round]);
  };
  // The response is of no item: of a run whose response has failed, no item is done.
  rounds.push(await aRound(store, 0, [{ name: 'a-1', of: 'a' }, { name: 'response' }]));
  await storeRunOf(store, rounds[0]!);
  expect([await look(), await look()]).toEqual([[['a', 0]], []]);
  rounds.push(await aRound(store, 1, [{ name: 'response' }]));
  expect([await look(), await look()]).toEqual([[['a', 1]], []]);
});

it('a round that was closed before it began takes nothing back of what is done', async () => {
  const store = memoryStore();
  const part = { name: 'a-1', of: 'a' };
  const rounds = [await aRound(store, 0, [part]), await aRound(store, 1, [part], closedClaim)];
  await storeRunOf(store, rounds[0]!);
  store.objects.set(doneKey(run, { round: 0, step: 'run', shard: 0 }), Buffer.from('{}'));
  const { rows, counts, entries } = await new LedgerReader({ store, batch }, { run, rounds, steps }).look();
  expect(rows.map(({ name, state, round, jobId }) => [name, state, round, jobId])).toEqual([
    ['a', 'done', 0, 'job-0'],
  ]);
  expect([counts.done, entries[0]!.stateAt(0)]).toEqual([1, 'done']);
});
