import {
  type BatchPort,
  isTerminal,
  type JobDetail,
  type JobStatus,
  jobStatuses,
  type StateChanges,
  type Store,
} from '../../../lib/contract/ports/ports.ts';
import { closedClaim, readClaim } from '../../../lib/contract/run/claim.ts';
import { attemptIn, donePrefix, isPartial, resultsPrefix } from '../../../lib/contract/run/keys.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { readRecord } from '../../../lib/contract/run/read-stored.ts';
import type { AttemptRecord } from '../../../lib/contract/run/records.ts';
import type { Lane, PlannedArray, PlannedStep, RoundPlan } from '../../../lib/contract/run/run.ts';
import { decodeItems, entryBytes } from '../../../lib/contract/run/shard-index.ts';
import { explainExitCode } from '../../../lib/contract/workload/exit-codes.ts';
import type { Item } from '../../../lib/contract/workload/workload.ts';

export interface LedgerPorts {
  readonly store: Store;
  readonly batch: BatchPort;
  /** Asked about jobs that Batch has forgotten; without it such a job's end stays unknown. */
  readonly changes?: Pick<StateChanges, 'failed'>;
}

/** What is known of one shard of a step in a round: our records first, Batch where there is none. */
export interface ShardState {
  readonly round: number;
  readonly step: string;
  readonly shard: number;
  readonly items: readonly Item[];
  readonly done: boolean;
  /** Done, with something missing that was allowed to be. */
  readonly partial?: boolean;
  readonly lane?: Lane;
  /** The last attempt that left a record, or as many as Batch tells of. */
  readonly attempts: number;
  /** The newest attempt's record. */
  readonly record?: AttemptRecord;
  readonly jobId?: string;
  /** Batch's status, where Batch still knows the job; `closed` where the array was given up before a job had it. */
  readonly status?: JobStatus | 'closed' | 'unsubmitted' | 'forgotten';
  readonly exitCode?: number;
  readonly reason?: string;
  /** Batch's own words, where they say more than that the container has exited: a timeout, a cancel, a lost host. */
  readonly ended?: string;
  readonly logStream?: string;
}

/** Every shard of a round's step. Records are read for the shards that are not done, and for all with `details`. */
export async function readShards(
  ports: LedgerPorts,
  plan: RoundPlan,
  step: PlannedStep,
  details: boolean,
): Promise<readonly ShardState[]> {
  // Batch first: a shard that ends meanwhile has left its mark by the time that we look for it. The other way round it would
  // have ended without one, and a job that is well would be called failed.
  const [shardItems, batch] = await Promise.all([
    readShardItems(ports.store, step),
    readBatch(ports, plan, step),
  ]);
  const [done, records] = await Promise.all([
    listShards(ports.store, donePrefix(plan, plan.round, step.name)),
    listRecords(ports.store, resultsPrefix(plan, plan.round, step.name)),
  ]);
  const isOpen = (shard: number): boolean => !done.has(shard);
  const remembered = await readForgotten(ports.changes, plan, step, batch, isOpen);
  return mapLimit([...shardItems.keys()], 16, async shard => {
    const keys = records.get(shard) ?? [];
    const isDone = done.has(shard);
    const record =
      keys.length > 0 && (details || !isDone) ? await newestRecord(ports.store, keys) : undefined;
    // What is done says what its record says: what Batch knows of its job, it forgets.
    const known = isDone ? {} : (remembered.get(shard) ?? batch(shard));
    return {
      round: plan.round,
      step: step.name,
      shard,
      items: shardItems[shard]!,
      done: isDone,
      ...(isDone && keys.some(isPartial) ? { partial: true } : {}),
      lane: laneOf(step, shard),
      ...known,
      attempts: Math.max(known.attempts ?? 0, ...keys.map(attemptIn)),
      ...(record ? { record, jobId: record.jobId } : {}),
    };
  });
}

function laneOf(step: PlannedStep, shard: number): Lane {
  const array = step.arrays.find(({ offset, size }) => shard >= offset && shard < offset + size);
  return step.lanes[array?.lane ?? 0]!;
}

async function readShardItems(store: Store, step: PlannedStep): Promise<readonly (readonly Item[])[]> {
  const [items, index] = await Promise.all([store.get(step.itemsKey), store.get(step.indexKey)]);
  if (!items || !index) throw new Error(`the items of step ${step.name} are missing: ${step.itemsKey}`);
  return Array.from({ length: step.shards }, (_, shard) =>
    decodeItems(
      items.subarray(
        Number(index.readBigUInt64LE(shard * entryBytes)),
        Number(index.readBigUInt64LE((shard + 1) * entryBytes)),
      ),
    ),
  );
}

async function listShards(store: Store, prefix: string): Promise<ReadonlySet<number>> {
  const shards = new Set<number>();
  for await (const object of store.list(prefix)) shards.add(Number(object.key.slice(prefix.length)));
  return shards;
}

async function listRecords(store: Store, prefix: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const records = new Map<number, string[]>();
  for await (const object of store.list(prefix)) {
    const shard = Number(object.key.slice(prefix.length).split('/')[0]);
    records.set(shard, [...(records.get(shard) ?? []), object.key]);
  }
  return records;
}

async function newestRecord(store: Store, keys: readonly string[]): Promise<AttemptRecord | undefined> {
  const bodies = await Promise.all(keys.map(key => store.get(key)));
  const records = bodies.flatMap(body => (body ? [readRecord(body)] : []));
  return records.sort((a, b) => (a.endedAt < b.endedAt ? 1 : -1))[0];
}

type Known = Partial<Omit<ShardState, 'attempts'>> & { readonly attempts?: number };

/** What Batch (and the claims) say of each shard of a step, without a call per shard unless it failed. */
async function readBatch(
  { store, batch }: { store: Store; batch: BatchPort },
  plan: RoundPlan,
  step: PlannedStep,
): Promise<(shard: number) => Known> {
  const known = new Map<number, Known>();
  for (const array of step.arrays) {
    const holder = await readClaim(store, plan, { round: plan.round, step: step.name, array: array.array });
    const set = (value: Known): void => {
      for (let index = 0; index < array.size; index++) known.set(array.offset + index, value);
    };
    if (holder === closedClaim) {
      set({ status: 'closed' });
      continue;
    }
    const jobId =
      holder ?? (await batch.findByName(step.lanes[array.lane]!.jobQueue, array.jobName)).at(-1)?.jobId;
    const job = jobId ? (await batch.describe([jobId]))[0] : undefined;
    if (!job) set({ status: jobId ? 'forgotten' : 'unsubmitted', ...(jobId ? { jobId } : {}) });
    else if (array.size === 1) set(jobState(job));
    else {
      set({ status: isTerminal(job.status) ? job.status : 'SUBMITTED', jobId: job.jobId });
      await readChildren(batch, job, array, known);
    }
  }
  return shard => known.get(shard) ?? {};
}

/** What the log of state changes says of shards that Batch has forgotten and that are not done. */
async function readForgotten(
  changes: Pick<StateChanges, 'failed'> | undefined,
  plan: RoundPlan,
  step: PlannedStep,
  batch: (shard: number) => Known,
  isOpen: (shard: number) => boolean,
): Promise<ReadonlyMap<number, Known>> {
  const known = new Map<number, Known>();
  for (const { offset, size } of changes ? step.arrays : []) {
    const { status, jobId } = batch(offset);
    if (status !== 'forgotten' || jobId === undefined) continue;
    if (!Array.from({ length: size }, (_, index) => offset + index).some(isOpen)) continue;
    for (const job of await changes!.failed(jobId, Date.parse(plan.createdAt))) {
      const index = size === 1 ? 0 : job.arrayIndex;
      if (index !== undefined && isOpen(offset + index)) known.set(offset + index, jobState(job));
    }
  }
  return known;
}

/**
 * What an array's summary says is up to a minute old: it saves a listing only where being late shows nothing wrong. A child
 * that is listed nowhere waits, or has left a done marker.
 */
const alwaysListed: ReadonlySet<JobStatus> = new Set(['STARTING', 'RUNNING', 'FAILED']);

async function readChildren(
  batch: BatchPort,
  parent: JobDetail,
  array: PlannedArray,
  known: Map<number, Known>,
): Promise<void> {
  for (const status of jobStatuses) {
    if (!alwaysListed.has(status) && parent.statusSummary && !parent.statusSummary[status]) continue;
    const ids: string[] = [];
    for await (const child of batch.children(parent.jobId, status)) {
      const shard = array.offset + (child.arrayIndex ?? Number(child.jobId.split(':')[1]));
      known.set(shard, {
        status,
        jobId: child.jobId,
        ...(child.statusReason && status !== 'SUCCEEDED' ? { reason: child.statusReason } : {}),
      });
      if (status === 'FAILED' || status === 'RUNNING' || status === 'STARTING') ids.push(child.jobId);
    }
    for (const detail of await batch.describe(ids)) {
      known.set(array.offset + (detail.arrayIndex ?? Number(detail.jobId.split(':')[1])), jobState(detail));
    }
  }
}

/** What Batch says of every container that ends by itself. */
const containerExited = 'Essential container in task exited';

function jobState(job: JobDetail): Known {
  const last = job.attempts.at(-1);
  const exitCode = job.exitCode ?? last?.exitCode;
  const reason =
    job.reason ??
    last?.reason ??
    (exitCode === undefined ? undefined : explainExitCode(exitCode)) ??
    job.statusReason;
  const ended = isTerminal(job.status) ? (job.statusReason ?? last?.statusReason) : undefined;
  return {
    status: job.status,
    jobId: job.jobId,
    attempts: job.attempts.length,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason ? { reason } : {}),
    ...(ended && ended !== containerExited ? { ended } : {}),
    ...((job.logStream ?? last?.logStream) ? { logStream: job.logStream ?? last?.logStream } : {}),
  };
}
