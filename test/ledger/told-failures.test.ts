import type { BatchPort } from '../../lib/contract/ports/ports.ts';
import { claimKey, indexKey, itemsKey, resultKey } from '../../lib/contract/run/keys.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';

const run = { workload: 'scan', runId: 'r' };

/** A round of one job that has failed: of its items those of an item of the run are done. */
async function failedRound(store: ReturnType<typeof memoryStore>, round: number, items: readonly Item[]) {
  const jobId = `job-${round}`;
  const { plan, files } = oneStepRound(run, [items], {
    plan: { round },
    step: {
      itemsKey: itemsKey(run, round, 'run'),
      indexKey: indexKey(run, round, 'run'),
      arrays: [{ array: 0, offset: 0, size: 1, jobName: jobId, lane: 0, after: [] }],
    },
  });
  await storeRound(store, plan, files);
  store.objects.set(claimKey(run, round, 'run', 0), Buffer.from(JSON.stringify({ jobId })));
  const record = {
    ...{ version: 2, jobId, endedAt: `2026-01-0${round + 1}T00:00:00Z`, exitCode: 1 },
    items: items.map(({ name, of }) => ({ name, state: of ? 'done' : 'failed' })),
  };
  const key = resultKey(run, { round, step: 'run', shard: 0, jobId, attempt: 1 });
  store.objects.set(key, Buffer.from(JSON.stringify(record)));
  return plan;
}

it('what belongs to every item is told of again once it has failed in a later round', async () => {
  const store = memoryStore();
  const batch = {
    describe: async (ids: readonly string[]) =>
      ids.map(jobId => ({ jobId, jobName: jobId, status: 'FAILED', attempts: [{ exitCode: 1 }] })),
  } as unknown as BatchPort;
  const rounds: RoundPlan[] = [];
  const seen = new Map<number, number>();
  const isKnown = (position: number, round: number): boolean => {
    const before = seen.get(position);
    seen.set(position, round);
    return before === round;
  };
  const look = async () => {
    const steps = [{ name: 'run', takes: 'item' as const }];
    const { rows } = await new LedgerReader({ store, batch }, { run, rounds, steps }).look();
    return [...rows.failed(isKnown)].map(({ name, round }) => [name, round]);
  };
  // The response is of no item: of a run whose response has failed, no item is done.
  rounds.push(await failedRound(store, 0, [{ name: 'a-1', of: 'a' }, { name: 'response' }]));
  const { lab, request, createdAt } = rounds[0]!;
  await storeRun(store, run, { version: 2, runId: 'r', lab, request, createdAt, items: 1 }, [{ name: 'a' }]);
  expect([await look(), await look()]).toEqual([[['a', 0]], []]);
  rounds.push(await failedRound(store, 1, [{ name: 'response' }]));
  expect([await look(), await look()]).toEqual([[['a', 1]], []]);
});
