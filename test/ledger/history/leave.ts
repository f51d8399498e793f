import { doneKey, resultKey } from '../../../lib/contract/run/keys.ts';
import { encodeOutcome } from '../../../lib/contract/run/outcome.ts';
import type { AttemptRecord, ItemRecord } from '../../../lib/contract/run/records.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { decodeItems, entryBytes } from '../../../lib/contract/run/shard-index.ts';
import { env } from '../../../lib/contract/workload/env.ts';
import type { Item } from '../../../lib/contract/workload/workload.ts';
import type { Child, Job } from './array-batch.ts';
import type { Outcome } from './events.ts';
import { ref, type World } from './world.ts';

export const claimed = async ({ rounds, store }: World, job: Job): Promise<boolean> => {
  const { environment } = job.submission;
  const key = `runs/fake/r/claims/${environment[env.round]}/${environment[env.step]}/${environment[env.array]}`;
  const body = rounds.length > 0 ? store.objects.get(key) : undefined;
  if (body) return (JSON.parse(body.toString()) as { jobId: string }).jobId === job.id;
  store.objects.set(key, Buffer.from(JSON.stringify({ jobId: job.id })));
  return true;
};

/** What a container leaves: the record of its attempt, and the marker where all of the shard is done. */
export async function leave(world: World, job: Job, child: Child, outcome: Outcome): Promise<void> {
  const { store, rounds, clock } = world;
  const { environment, arraySize } = job.submission;
  const plan = rounds.find(each => each.round === Number(environment[env.round]))!;
  const step = plan.steps.find(each => each.name === environment[env.step])!;
  const shard = Number(environment[env.shardOffset]) + child.index;
  const isWell = outcome === 'done' || outcome === 'partial';
  const itemsOfShard = shardItems(store.objects, step, shard);
  const at = new Date(clock.now).toISOString();
  const recordOf = (name: string, index: number): ItemRecord => ({
    name,
    state: isWell || index > 0 ? 'done' : outcome === 'again' ? 'interrupted' : 'failed',
    ...(outcome === 'partial' && index === 0
      ? { partial: true, missing: [{ name: `${name}.jpg`, reason: 'not there' }] }
      : {}),
    ...(isWell
      ? { outputs: [{ key: `outputs/${name}/a`, bytes: clock.now }] }
      : {
          exitCode: 1,
          reason: world.isWordy ? `no ${name}, ${'and a word more, '.repeat(10)}` : `no ${name}`,
        }),
    startedAt: at,
    endedAt: at,
    peakMemoryBytes: shard + 1,
    facts: { shard, name },
  });
  const jobId = arraySize === undefined ? job.id : `${job.id}:${child.index}`;
  const where = { round: plan.round, step: step.name, shard, jobId, attempt: child.attempts.length + 1 };
  const whole = step.takes === 'item' ? undefined : recordOf(step.name, 0);
  const items = itemsOfShard.map(({ name }, index) => recordOf(name, index));
  const record: AttemptRecord = {
    version: 2,
    runId: 'r',
    ...where,
    startedAt: at,
    endedAt: at,
    exitCode: isWell ? 0 : 1,
    scratchPeakBytes: 10 + shard,
    // Mostly they are in the shard's order.
    ...(whole ? { whole } : { items: shard % 3 === 1 ? items.toReversed() : items }),
  };
  const names = itemsOfShard.map(({ name }) => name);
  const partial = outcome === 'partial';
  // Those of before said in their names no more than that something is missing.
  const told =
    world.isOld || outcome === 'done' ? { partial } : { partial, outcome: encodeOutcome(record, names) };
  store.objects.set(resultKey(ref, where, told), Buffer.from(JSON.stringify(record)));
  if (isWell) store.objects.set(doneKey(ref, where), Buffer.from('{}'));
}

function shardItems(
  objects: Map<string, Buffer>,
  step: RoundPlan['steps'][number],
  shard: number,
): readonly Item[] {
  const index = objects.get(step.indexKey)!;
  const at = (entry: number): number => Number(index.readBigUInt64LE(entry * entryBytes));
  return decodeItems(objects.get(step.itemsKey)!.subarray(at(shard), at(shard + 1)));
}
