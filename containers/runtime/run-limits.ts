import { stoppedReason } from '../../lib/contract/run/claim.ts';
import { failedTally, spentTally, stopKey } from '../../lib/contract/run/keys.ts';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { ShardFailure } from './failure.ts';
import { laneOf, type Shard } from './read-shard.ts';

/**
 * A run that has reached a limit starts nothing any more, whether or not somebody watches it. Costs a request a shard, of
 * runs that have a limit. Throws ShardFailure.
 */
export async function refuseBeyondLimit({ plan, store, run, round }: Shard): Promise<void> {
  if (!plan.limits) return;
  const stop = await store.get(stopKey(run, round));
  if (stop) throw new ShardFailure(exitCodes.runStopped, stoppedReason(stop.toString('utf8')));
}

/**
 * Adds an attempt to what the run counts towards its limits, and stops the run where that is too much. The amount is part
 * of the key, so that a listing is the sum.
 */
export async function countTowardsLimits(shard: Shard, record: AttemptRecord): Promise<void> {
  const { plan, store, run, round, step, shard: number, jobId, attempt } = shard;
  const { maxFails, maxUsd } = plan.limits ?? {};
  const failed = (record.items ?? (record.whole ? [record.whole] : [])).filter(
    item => item.state === 'failed',
  ).length;
  if (maxFails !== undefined && failed > 0) {
    const prefix = failedTally(run, round);
    // Another attempt of the shard that fails alike is no further failure.
    await store.put(`${prefix}${step}.${number}.${failed}`, '');
    const sum = await sumOf(shard, prefix);
    if (sum > maxFails) await stop(shard, `${sum} have failed, and --max-fails allows ${maxFails}`);
  }
  const price = laneOf(shard).usdPerHour;
  if (maxUsd === undefined || price === undefined) return;
  const hours = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 3_600_000;
  const prefix = spentTally(run);
  const at = `${round}.${step}.${number}.${jobId}.${attempt}`;
  await store.put(`${prefix}${at}.${Math.ceil(hours * price * 1e6)}`, '');
  const dollars = (await sumOf(shard, prefix)) / 1e6;
  if (dollars > maxUsd)
    await stop(shard, `its jobs took about $${dollars.toFixed(2)}, and --max-usd allows ${maxUsd}`);
}

async function sumOf({ store }: Shard, prefix: string): Promise<number> {
  let sum = 0;
  for await (const { key } of store.list(prefix)) sum += Number(key.slice(key.lastIndexOf('.') + 1));
  return sum;
}

/** The first to see it says why; the others' words would be no better. */
const stop = async ({ store, run, round }: Shard, why: string): Promise<void> =>
  void (await store.put(stopKey(run, round), why, { ifNoneMatch: true }));
