import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sha256Of } from '../../lib/aws/wire/streamed-body.ts';
import { type Bytes, piecesOf } from '../../lib/contract/list/bytes.ts';
import { recordName } from '../../lib/contract/run/keys.ts';
import { encodeOutcome } from '../../lib/contract/run/outcome.ts';
import { readRecord } from '../../lib/contract/run/read-stored.ts';

/** Which build is measured: how its keys look, and the version of what it stores. */
export interface Build {
  readonly isOld: boolean;
}

export interface Shape {
  readonly items: number;
  readonly shards: number;
  /** Shards that have ended, from the first on; those after them run, so many. */
  ended: number;
  running: number;
  /** One shard in so many of those that ended has failed; 0: none. */
  readonly failedEvery: number;
  /** From here on all of them. */
  allFailFrom?: number;
  /** Whether each item that is done has made a file. */
  readonly hasOutputs?: boolean;
}

const runId = '20260101t000000z-abcdef';
const prefix = `runs/bench/${runId}/`;
export const run = { workload: 'bench', runId };
const most = 10_000;

export const nameOf = (item: number): string => `participant-${String(item).padStart(9, '0')}`;

/**
 * S3 and Batch that hold a run of any size as a few numbers, and count requests as AWS pages them: 1,000 keys, 1,000
 * children, 100 jobs. The items' lines are a file.
 */
export type VirtualLab = ReturnType<typeof virtualLab>;

export function virtualLab({ isOld }: Build, shape: Shape, itemsFile: string, index: () => Buffer) {
  const calls: Record<string, number> = {};
  const count = (what: string, times = 1): void => {
    calls[what] = (calls[what] ?? 0) + times;
  };
  const perShard = shape.items / shape.shards;
  const shardName = (shard: number): string => (isOld ? String(shard) : String(shard).padStart(7, '0'));
  const hasFailed = (shard: number): boolean =>
    shard < shape.ended &&
    ((shape.failedEvery > 0 && shard % shape.failedEvery === shape.failedEvery - 1) ||
      shard >= (shape.allFailFrom ?? Number.POSITIVE_INFINITY));
  const arrays = Math.ceil(shape.shards / most);
  const bounds = (array: number): readonly [number, number] => [
    Math.floor((array * shape.shards) / arrays),
    Math.floor(((array + 1) * shape.shards) / arrays),
  ];
  const file = openSync(itemsFile, 'r');
  const readFile = ([from, to]: readonly [number, number]): Buffer => {
    const body = Buffer.allocUnsafe(to - from);
    readSync(file, body, 0, body.length, from);
    return body;
  };
  const size = fstatSync(file).size;
  const outputOf = (item: number) => ({
    key: `${prefix}outputs/${nameOf(item)}/result.nii.gz`,
    bytes: 1_000_000,
    sha256: String(item).padStart(64, '0'),
  });
  const record = (shard: number): Buffer => {
    const at = '2026-01-01T00:00:00.000Z';
    const own = Array.from({ length: perShard }, (_, i) => ({
      name: nameOf(shard * perShard + i),
      ...(i === 0 && hasFailed(shard)
        ? { state: 'failed', exitCode: 3, reason: 'run.sh exited with 3' }
        : { state: 'done', ...(shape.hasOutputs ? { outputs: [outputOf(shard * perShard + i)] } : {}) }),
      startedAt: at,
      endedAt: at,
      peakMemoryBytes: 1_000_000_000,
    }));
    return Buffer.from(
      JSON.stringify({
        version: isOld ? 1 : 2,
        runId,
        step: 'run',
        round: 0,
        shard,
        jobId: `job-0:${shard}`,
        attempt: 1,
        startedAt: at,
        endedAt: at,
        exitCode: 3,
        items: own,
      }),
    );
  };
  /** What follows a job's id in the name of its record: of one that has failed the same everywhere, as harnesses write it. */
  let failedName: string | undefined;
  const nameOfRecord = (shard: number): string => {
    if (isOld || !hasFailed(shard)) return '.1';
    failedName ??= nameOfFailed(shard);
    return failedName;
  };
  const nameOfFailed = (shard: number): string => {
    const { items, ...rest } = readRecord(record(shard));
    const outcome = encodeOutcome(
      { ...rest, items: items! },
      items!.map(({ name }) => name),
    );
    return recordName({ jobId: '', attempt: 1 }, { outcome });
  };
  const store = {
    bucket: 'bucket',
    async get(key: string, range?: readonly [number, number]) {
      count('GET');
      if (key.endsWith('manifest') || key.endsWith('run.items')) return readFile(range ?? [0, size]);
      if (key.endsWith('run.idx')) return index();
      if (key.includes('/claims/'))
        return Buffer.from(JSON.stringify({ jobId: `job-${key.split('/').at(-1)}` }));
      const shard = /\/results\/0\/run\/(\d+)\//.exec(key);
      return shard ? record(Number(shard[1])) : undefined;
    },
    async head(key: string) {
      count('HEAD');
      // The run's items and its step's are the same bytes.
      return { key, size, etag: 'items', lastModified: new Date(0) };
    },
    async put(_key: string, body: Buffer | Bytes | string) {
      count('PUT');
      // What is not all in memory is read as it is when it is sent.
      if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
        sha256Of(body);
        for (const _ of piecesOf(body));
      }
      return true;
    },
    async *list(under: string, { startAfter = '', limit = Number.POSITIVE_INFINITY } = {}) {
      const isDone = under.includes('/done/');
      let keys = 0;
      const after = /\/run\/(\d{7})(.*)$/.exec(startAfter);
      let shard = after ? Number(after[1]) : 0;
      if (after && (isDone || after[2] !== '')) shard++;
      for (; shard < shape.ended && keys < limit; shard++) {
        if (isDone && hasFailed(shard)) continue;
        if (keys++ % 1000 === 0) count('LIST');
        const key = `${under}${shardName(shard)}${isDone ? '' : `/job-${Math.floor(shard / most)}:${shard % most}${nameOfRecord(shard)}`}`;
        yield { key, size: 0, etag: '', lastModified: new Date(0) };
      }
      if (keys === 0) count('LIST');
    },
  };
  const states = (
    array: number,
  ): { SUCCEEDED: number; FAILED: number; RUNNING: number; RUNNABLE: number } => {
    const [from, to] = bounds(array);
    const all = { SUCCEEDED: 0, FAILED: 0, RUNNING: 0, RUNNABLE: 0 };
    for (let shard = from; shard < to; shard++) all[statusOf(shard)]++;
    return all;
  };
  const statusOf = (shard: number): 'SUCCEEDED' | 'FAILED' | 'RUNNING' | 'RUNNABLE' =>
    shard < shape.ended
      ? hasFailed(shard)
        ? 'FAILED'
        : 'SUCCEEDED'
      : shard < shape.ended + shape.running
        ? 'RUNNING'
        : 'RUNNABLE';
  const child = (array: number, index: number) => ({
    jobId: `job-${array}:${index}`,
    jobName: 'job',
    createdAt: 0,
    arrayIndex: index,
    status: statusOf(bounds(array)[0] + index),
    ...(hasFailed(bounds(array)[0] + index)
      ? { statusReason: 'Essential container in task exited', exitCode: 3 }
      : {}),
    attempts: bounds(array)[0] + index < shape.ended ? [{ exitCode: 3, logStream: 'log' }] : [],
  });
  const batch = {
    submitted: 0,
    async submit() {
      count('SubmitJob');
      return { jobId: `job-${this.submitted++}` };
    },
    async findByName() {
      count('ListJobs');
      return [];
    },
    async describe(ids: readonly string[]) {
      count('DescribeJobs', Math.ceil(ids.length / 100));
      return ids.map(id => {
        const [parent, index] = id.slice(4).split(':').map(Number);
        if (index !== undefined) return child(parent!, index);
        const statusSummary = states(parent!);
        const isOver = statusSummary.RUNNING + statusSummary.RUNNABLE === 0;
        return {
          jobId: id,
          jobName: 'job',
          createdAt: 0,
          status: isOver ? (statusSummary.FAILED > 0 ? 'FAILED' : 'SUCCEEDED') : 'PENDING',
          arraySize: bounds(parent!)[1] - bounds(parent!)[0],
          statusSummary,
          attempts: [],
        };
      });
    },
    async *children(id: string, status: string) {
      const array = Number(id.slice(4));
      const [from, to] = bounds(array);
      let some = 0;
      for (let shard = from; shard < to; shard++) {
        if (statusOf(shard) !== status) continue;
        if (some++ % 1000 === 0) count('ListJobs');
        yield child(array, shard - from);
      }
      if (some === 0) count('ListJobs');
    },
    async terminate() {},
    async cancel() {},
    async createConsumableResource() {},
    async deleteConsumableResource() {},
  };
  return { store, batch, calls, prefix, close: () => closeSync(file) };
}
