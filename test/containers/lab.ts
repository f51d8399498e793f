import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { ShardOptions } from '../../containers/runtime/run-shard.ts';
import { runShard } from '../../containers/runtime/run-shard.ts';
import { type ContainerWorld, containerWorld } from '../../containers/runtime/world.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import {
  doneKey,
  type RunRef,
  readRecordName,
  runUri,
  shardResultsPrefix,
} from '../../lib/contract/run/keys.ts';
import type { AttemptRecord, ItemRecord } from '../../lib/contract/run/records.ts';
import type { PlannedStep, RoundPlan } from '../../lib/contract/run/run.ts';
import { scratchSentinel } from '../../lib/contract/workload/env.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { storeRound } from '../../lib/runs/store-round.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';

/** An S3 of the twin's with an output and an input bucket, folders that stand for a container's, and its log. */
async function startLab() {
  const s3 = await startS3();
  for (const Bucket of ['output', 'input']) await s3.s3.send(new CreateBucketCommand({ Bucket }));
  const root = mkdtempSync(join(tmpdir(), 'lab-container-'));
  const folders = { scratch: join(root, 'scratch'), dataIn: join(root, 'in'), dataOut: join(root, 'out') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  writeFileSync(join(folders.scratch, scratchSentinel), '');
  const log: string[] = [];
  const common = {
    PATH: process.env.PATH,
    LAB_MOUNTS_BY: 'download',
    LAB_SCRATCH_CHECK: 'marker',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: s3.url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    OUTPUT_BUCKET: 'output',
    LAB_SCRATCH: folders.scratch,
    DATA_IN: folders.dataIn,
    DATA_OUT: folders.dataOut,
  };
  const world = (environment: Record<string, string | undefined> = {}): ContainerWorld =>
    containerWorld({ ...common, ...environment }, line => void log.push(line));
  const store = world().store('output');
  return {
    s3,
    folders,
    log,
    world,
    store,
    input: world().store('input'),
    stop: async () => {
      s3.s3.destroy();
      await s3.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Lab = Awaited<ReturnType<typeof startLab>>;

/** One lab for all tests of a file; its log is empty when a test starts. */
export function labOfFile(): Lab {
  // One object for the whole file, filled once the lab is up.
  const lab = {} as Lab;
  beforeAll(async () => {
    Object.assign(lab, await startLab());
  });
  afterAll(() => lab.stop());
  beforeEach(() => {
    lab.log.length = 0;
  });
  return lab;
}

export const objectText = async (store: Store, key: string): Promise<string | undefined> =>
  (await store.get(key))?.toString('utf8');

/** A round of one step as the submitter stores it, and its shards as Batch would start them. */
export async function storeRun(
  lab: Lab,
  shards: readonly (readonly Item[])[],
  more: Partial<RoundPlan> & Partial<Pick<PlannedStep, 'takes' | 'soft' | 'lanes'>> = {},
) {
  const { takes = 'item', soft, lanes, ...changed } = more;
  const run = { workload: 'rapidtide', runId: `run-${Math.random().toString(36).slice(2)}` };
  const { plan, step, files } = oneStepRound(run, shards, {
    plan: changed,
    step: { takes, ...(soft ? { soft } : {}), ...(lanes ? { lanes } : {}) },
  });
  await storeRound(lab.store, plan, files);
  return {
    run,
    step,
    /** Starts the container of a shard; answers its exit code. */
    start: (
      options: ShardOptions,
      shard = 0,
      { jobId = 'parent', attempt = 1, environment = {} }: StartOptions = {},
    ): Promise<number> =>
      runShard(
        lab.world({
          LAB_RUN: runUri('output', run),
          LAB_STEP: 'run',
          LAB_ROUND: '0',
          LAB_ARRAY: '0',
          LAB_SHARD_OFFSET: '0',
          AWS_BATCH_JOB_ID: `${jobId}:${shard}`,
          AWS_BATCH_JOB_ARRAY_INDEX: String(shard),
          AWS_BATCH_JOB_ATTEMPT: String(attempt),
          ...environment,
        }),
        options,
      ),
    record: async (
      shard = 0,
      jobId = 'parent',
      attempt = 1,
    ): Promise<(AttemptRecord & { readonly items: readonly ItemRecord[] }) | undefined> => {
      const key = await recordKey(lab.store, run, { shard, jobId: `${jobId}:${shard}`, attempt });
      const text = key === undefined ? undefined : await objectText(lab.store, key);
      return text === undefined ? undefined : { items: [], ...(JSON.parse(text) as AttemptRecord) };
    },
    isDone: async (shard = 0): Promise<boolean> =>
      (await lab.store.head(doneKey(run, { round: 0, step: 'run', shard }))) !== undefined,
  };
}

/** The key of an attempt's record, whatever its name tells. */
export async function recordKey(
  store: Store,
  run: RunRef,
  { shard, jobId, attempt }: { readonly shard: number; readonly jobId: string; readonly attempt: number },
): Promise<string | undefined> {
  for await (const { key } of store.list(shardResultsPrefix(run, { round: 0, step: 'run', shard }))) {
    const found = readRecordName(key);
    if (found.jobId === jobId && found.attempt === attempt) return key;
  }
  return undefined;
}

export interface StartOptions {
  readonly jobId?: string;
  readonly attempt?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
