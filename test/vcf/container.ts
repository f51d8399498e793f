import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { runTool } from '../../containers/runtime/exec.ts';
import { checkTask, exportTask } from '../../containers/vcf/tasks/tasks-export.ts';
import {
  consolidateTask,
  createTask,
  storeTask,
  vacuumTask,
  verifyTask,
} from '../../containers/vcf/tasks/tasks-ingest.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';
import type { MadeSample } from './sample-files.ts';
import { inThisProcess, makeTools } from './tools.ts';

export interface Start {
  readonly step: string;
  readonly items: readonly Item[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether tools are started as programs, by a shell, as in an image: ten times as long as a call. */
  readonly asProcess?: boolean;
}

const steps = new Map<Task, string>([
  [createTask, 'create'],
  [storeTask, 'store'],
  [consolidateTask, 'consolidate'],
  [vacuumTask, 'vacuum'],
  [verifyTask, 'verify'],
  [checkTask, 'check'],
  [exportTask, 'export'],
]);

/** An S3 of the twin's with buckets `genomes` and `variants`, and containers of this workload's image that work on it. */
export async function startContainers() {
  const s3 = await startS3();
  for (const Bucket of ['genomes', 'variants']) await s3.s3.send(new CreateBucketCommand({ Bucket }));
  const root = mkdtempSync(join(tmpdir(), 'vcf-containers-'));
  const tools = await makeTools(join(root, 'tools'));
  const calls = join(root, 'calls');
  const checkpoints = new Map<string, string>();
  const log: string[] = [];
  const role = {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const store = (bucket: string): ObjectStore =>
    objectStore({ bucket, region: 'us-east-1', endpoint: s3.url, credentials: fixedKeys(keys) });
  const places: Readonly<Record<string, readonly [string, string]>> = {
    dataset: ['variants', ''],
    samples: ['genomes', ''],
    destination: ['variants', 'exports/'],
  };
  const put = (Bucket: string, Key: string, Body: Buffer | string) =>
    s3.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  let attempts = 0;
  return {
    s3,
    log,
    calls,
    store,
    put,
    checkpoints,
    /** Puts a sample's files, and says what the look before a submission would say of it. */
    async sample(made: MadeSample, key = `${made.name}/variants.vcf.gz`): Promise<Item> {
      await put('genomes', `${key}.csi`, made.index);
      const { ETag } = await put('genomes', key, made.file);
      const uri = `s3://genomes/${key}`;
      const labels = {
        uri,
        index: `${uri}.csi`,
        sample: made.name,
        records: String(made.records.length),
        etag: ETag!,
      };
      return { name: made.name, labels };
    },
    /** One attempt of a container at a task. */
    async run(task: Task, given: Omit<Start, 'step'>): Promise<TaskResult> {
      const start: Start = { step: steps.get(task)!, ...given };
      const scratch = join(root, `attempt-${attempts++}`);
      mkdirSync(scratch);
      const signal = start.signal ?? new AbortController().signal;
      const environment = {
        PATH: `${tools}:${process.env.PATH}`,
        AWS_REGION: 'us-east-1',
        ...start.environment,
      };
      const note = (line: string): undefined => {
        log.push(line);
      };
      const context = {
        ...start,
        arguments: [],
        scratch,
        mounts: {},
        environment,
        signal,
        limits: { vcpus: 2, memoryMiB: 2000, scratchBytes: 1e9 },
        now: () => new Date(),
        outputPrefix: 'runs/vcf-ingest/r1/outputs/x/',
        exec: (command, options = {}) => {
          const cwd = options.cwd ?? scratch;
          const its = {
            ...environment,
            STAND_IN_CALLS: calls,
            ...(options.credentials === 'role' ? role : {}),
          };
          if (!start.asProcess) return inThisProcess(command, { cwd, environment: its, note });
          return runTool({ command, cwd, environment: its, signal, graceMs: 100, onLine: note });
        },
        place: name => {
          const place = places[name];
          if (!place) throw new Error(`no place ${name}`);
          return { bucket: place[0], prefix: place[1], store: store(place[0]) };
        },
        file: async (): Promise<undefined> => undefined,
        checkpoint: (item, step = start.step) => ({
          read: async () => checkpoints.get(`${step}/${item}`),
          write: async text => void checkpoints.set(`${step}/${item}`, text),
        }),
        log: note,
      } as Partial<TaskContext> as TaskContext;
      try {
        return await task.run(context);
      } finally {
        rmSync(scratch, { recursive: true });
      }
    },
    stop: async () => {
      s3.s3.destroy();
      await s3.stop();
      rmSync(root, { recursive: true });
    },
  };
}
