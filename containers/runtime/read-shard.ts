import { WireError } from '../../lib/aws/wire/http.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { claimArray, parentJobId, readClaim } from '../../lib/contract/run/claim.ts';
import {
  doneKey,
  indexKey,
  parseRunUri,
  planKey,
  type RunRef,
  type ShardAttempt,
} from '../../lib/contract/run/keys.ts';
import { readPlan } from '../../lib/contract/run/read-stored.ts';
import type { Lane, PlannedStep, RoundPlan } from '../../lib/contract/run/run.ts';
import { decodeShard, indexRange, readEntry } from '../../lib/contract/run/shard-index.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { ShardFailure } from './failure.ts';
import type { ContainerWorld } from './world.ts';

/** Which attempt of which shard a container is, by its environment alone. */
export interface ShardIdentity extends ShardAttempt {
  readonly run: RunRef;
  readonly array: number;
  readonly store: Store;
}

export interface Shard extends ShardIdentity {
  readonly plan: RoundPlan;
  readonly stepPlan: PlannedStep;
  readonly items: readonly Item[];
}

/** Throws ShardFailure where the environment is not one that our submitter makes. */
export function identify(world: ContainerWorld): ShardIdentity {
  const { environment: given } = world;
  const run = runOf(given);
  const index = given[env.arrayIndex] === undefined ? 0 : wholeNumber(given, env.arrayIndex);
  return {
    run,
    store: world.store(run.bucket),
    step: required(given, env.step),
    round: wholeNumber(given, env.round),
    array: wholeNumber(given, env.array),
    shard: wholeNumber(given, env.shardOffset) + index,
    // A node's job is the whole's.
    jobId: required(given, env.jobId).split('#')[0]!,
    attempt: given[env.attempt] === undefined ? 1 : wholeNumber(given, env.attempt),
  };
}

/**
 * This container's own items: one GET of the plan, one of its index entry, one of its lines. The plan says where the entry is,
 * and says what any round's does: it is asked for beside the plan. Undefined where there is nothing to do: the shard is done
 * already, or another job has claimed its array.
 */
export async function readShard(
  identity: ShardIdentity,
  log: (line: string) => void,
): Promise<Shard | undefined> {
  const { run, store, round, step, shard, jobId } = identity;
  const mine = parentJobId(jobId);
  const entryKey = indexKey(run, round, step);
  // What is wrong with it is told when it is asked for again, once there is a plan.
  const entry = readRange(store, entryKey, indexRange(shard)).catch(() => undefined);
  const [planBody, holder, done] = await Promise.all([
    store.get(planKey(run, round)),
    holderOf(store, run, identity, mine),
    store.head(doneKey(run, identity)),
  ]);
  if (holder !== mine) {
    log(`job ${holder} has this array: nothing to do`);
    return undefined;
  }
  if (done) {
    log(`shard ${shard} is done already: nothing to do`);
    return undefined;
  }
  if (!planBody) throw badJob(`there is no plan at s3://${store.bucket}/${planKey(run, round)}`);
  const plan = readPlan(planBody);
  const stepPlan = plan.steps.find(each => each.name === step);
  if (!stepPlan) throw badJob(`the plan has no step ${step}`);
  if (shard >= stepPlan.shards)
    throw new ShardFailure(
      exitCodes.itemNotFound,
      `there is no shard ${shard}: the step has ${stepPlan.shards}`,
    );
  const known = stepPlan.indexKey === entryKey ? await entry : undefined;
  return { ...identity, plan, stepPlan, items: await readItems(store, stepPlan, shard, known) };
}

/** All children of an array but the first find its claim: what would be refused is not written. */
const holderOf = async (store: Store, run: RunRef, identity: ShardIdentity, mine: string): Promise<string> =>
  (await readClaim(store, run, identity)) ?? claimArray(store, run, identity, mine);

/** Where and how the shard's job runs. */
export function laneOf({ stepPlan, shard }: Pick<Shard, 'stepPlan' | 'shard'>): Lane {
  const array = stepPlan.arrays.find(({ offset, size }) => shard >= offset && shard < offset + size);
  return stepPlan.lanes[array?.lane ?? 0]!;
}

async function readItems(
  store: Store,
  step: PlannedStep,
  shard: number,
  known: Buffer | undefined,
): Promise<readonly Item[]> {
  const changed = (key: string): ShardFailure =>
    new ShardFailure(
      exitCodes.manifestChanged,
      `s3://${store.bucket}/${key} is not the one that was submitted`,
    );
  // S3 keeps no checksum of a range: what does not fit together is read a second time before it is called changed.
  for (const isLast of [false, true]) {
    const entry = (isLast ? undefined : known) ?? (await readRange(store, step.indexKey, indexRange(shard)));
    if (entry?.length !== 32) throw changed(step.indexKey);
    const { range, digest } = readEntry(entry);
    const lines = await readRange(store, step.itemsKey, range);
    const items = lines && decodeShard(lines, digest);
    if (items) return items;
    if (isLast) break;
  }
  throw changed(step.itemsKey);
}

const readRange = (
  store: Store,
  key: string,
  range: readonly [number, number],
): Promise<Buffer | undefined> =>
  store.get(key, range).catch(error => {
    // It has become shorter.
    if (error instanceof WireError && error.code === 'InvalidRange') return undefined;
    throw error;
  });

const badJob = (message: string): ShardFailure => new ShardFailure(exitCodes.badJob, message);

function runOf(given: ContainerWorld['environment']): ReturnType<typeof parseRunUri> {
  try {
    return parseRunUri(given[env.run] ?? '');
  } catch (error) {
    throw badJob(`${env.run}: ${(error as Error).message}`);
  }
}

function required(given: ContainerWorld['environment'], name: string): string {
  const value = given[name];
  if (!value) throw badJob(`the environment has no ${name}`);
  return value;
}

function wholeNumber(given: ContainerWorld['environment'], name: string): number {
  const text = required(given, name);
  if (!/^\d+$/.test(text)) throw badJob(`${name} is ${JSON.stringify(text)}, not a whole number`);
  return Number(text);
}
