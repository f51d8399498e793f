import { claimArray, parentJobId } from '../../lib/spec/claim.ts';
import { env } from '../../lib/spec/env.ts';
import { exitCodes } from '../../lib/spec/exit-codes.ts';
import { doneKey, parseRunUri, planKey, type RunRef, type ShardAttempt } from '../../lib/spec/keys.ts';
import type { Store } from '../../lib/spec/ports.ts';
import type { PlannedStep, RoundPlan } from '../../lib/spec/run.ts';
import { decodeShard, indexRange, readEntry } from '../../lib/spec/shard-index.ts';
import type { Item } from '../../lib/spec/workload.ts';
import { ShardFailure } from './failure.ts';
import type { ContainerWorld } from './world.ts';

export interface Shard extends ShardAttempt {
  readonly run: RunRef;
  readonly store: Store;
  readonly plan: RoundPlan;
  readonly stepPlan: PlannedStep;
  readonly items: readonly Item[];
}

/**
 * This container's own items: one GET of the plan, one of its index entry, one of its lines. Undefined where there is
 * nothing to do: the shard is done already, or another job has claimed its array.
 */
export async function readShard(world: ContainerWorld): Promise<Shard | undefined> {
  const { environment: given } = world;
  const run = parseRunUri(given[env.run] ?? '');
  const store = world.store(run.bucket);
  const step = required(given, env.step);
  const round = wholeNumber(given, env.round);
  const array = wholeNumber(given, env.array);
  const jobId = required(given, env.jobId);
  const shard = wholeNumber(given, env.shardOffset) + Number(given[env.arrayIndex] ?? 0);
  const attempt = Number(given[env.attempt] ?? 1);
  const at = { round, step, shard, jobId, attempt };

  const [planBody, holder, done] = await Promise.all([
    store.get(planKey(run, round)),
    claimArray(store, run, { round, step, array }, parentJobId(jobId)),
    store.head(doneKey(run, at)),
  ]);
  if (holder !== parentJobId(jobId)) {
    world.log(`job ${holder} has this array: nothing to do`);
    return undefined;
  }
  if (done) {
    world.log(`shard ${shard} is done already: nothing to do`);
    return undefined;
  }
  if (!planBody)
    throw new ShardFailure(
      exitCodes.badJob,
      `there is no plan at s3://${store.bucket}/${planKey(run, round)}`,
    );
  const plan = JSON.parse(planBody.toString('utf8')) as RoundPlan;
  const stepPlan = plan.steps.find(each => each.name === step);
  if (!stepPlan) throw new ShardFailure(exitCodes.badJob, `the plan has no step ${step}`);
  if (shard >= stepPlan.shards)
    throw new ShardFailure(
      exitCodes.itemNotFound,
      `there is no shard ${shard}: the step has ${stepPlan.shards}`,
    );
  return { ...at, run, store, plan, stepPlan, items: await readItems(store, stepPlan, shard) };
}

async function readItems(store: Store, step: PlannedStep, shard: number): Promise<readonly Item[]> {
  const entry = await store.get(step.indexKey, indexRange(shard));
  const changed = (what: string): ShardFailure =>
    new ShardFailure(exitCodes.manifestChanged, `${what} is not the one that was submitted`);
  if (entry?.length !== 32) throw changed(`s3://${store.bucket}/${step.indexKey}`);
  const { range, digest } = readEntry(entry);
  const lines = await store.get(step.itemsKey, range);
  const items = lines && decodeShard(lines, digest);
  if (!items) throw changed(`s3://${store.bucket}/${step.itemsKey}`);
  return items;
}

function required(given: ContainerWorld['environment'], name: string): string {
  const value = given[name];
  if (!value) throw new ShardFailure(exitCodes.badJob, `the environment has no ${name}`);
  return value;
}

function wholeNumber(given: ContainerWorld['environment'], name: string): number {
  const text = required(given, name);
  if (!/^\d+$/.test(text))
    throw new ShardFailure(exitCodes.badJob, `${name} is ${JSON.stringify(text)}, not a whole number`);
  return Number(text);
}
