import { join } from 'node:path';
import { AwsError, type JsonCall } from '../http/service.ts';
import type { TwinResources } from '../template/read-template.ts';
import { clientError } from './client-error.ts';
import { consumableActions } from './consumables.ts';
import { jobDetail } from './describe.ts';
import { resourceActions } from './describe-resources.ts';
import { newJob } from './job.ts';
import { type Entry, openJournal } from './journal.ts';
import { listJobs } from './list-jobs.ts';
import { replay } from './replay.ts';
import { Scheduler } from './scheduler.ts';
import { submittedJob } from './submit-job.ts';
import type { Job, RunContainer } from './types.ts';

export interface BatchOptions {
  readonly folder: string;
  readonly region: string;
  readonly account: string;
  readonly resources: TwinResources;
  readonly run: RunContainer;
  readonly logs: {
    append(group: string, stream: string, message: string): void;
    ensureGroup?(group: string): void;
  };
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Between SIGTERM and SIGKILL, in ms: 30 s on AWS. */
  readonly stopTimeoutMs?: number;
}

export interface TwinBatch {
  call(call: JsonCall): Promise<unknown>;
  /** Starts to schedule; before it, jobs are only taken. */
  start(): void;
  close(): Promise<void>;
}

/** AWS Batch: takes jobs, runs them, remembers them on disk. Jobs that ran when a twin was killed have lost their host. */
export async function startBatch(options: BatchOptions): Promise<TwinBatch> {
  const { entries, journal } = openJournal(join(options.folder, 'journal.jsonl'));
  const scheduler = new Scheduler({
    resources: options.resources,
    run: options.run,
    journal,
    cpus: options.cpus,
    memoryMiB: options.memoryMiB,
    stopTimeoutMs: options.stopTimeoutMs ?? 30_000,
    log: (group, stream, line) => options.logs.append(group, stream, line),
  });
  replay(scheduler, entries);
  for (const { logGroup } of options.resources.jobDefinitions) options.logs.ensureGroup?.(logGroup);
  const service: Record<string, (input: Input) => unknown> = {
    ...jobActions(options, scheduler, journal.write),
    ...resourceActions(options.resources),
    ...consumableActions(scheduler.capacity.consumables, options, journal.write),
  };
  return {
    call: async ({ action, input }) => {
      const run = service[action.toLowerCase()];
      if (!run) throw new AwsError('UnknownOperationException', 404, `the twin's Batch has no ${action}`);
      return run(input);
    },
    start: () => scheduler.start(),
    close: async () => {
      await scheduler.close();
      journal.close();
    },
  };
}

type Input = Readonly<Record<string, unknown>>;

function jobActions(
  { resources, region, account }: BatchOptions,
  scheduler: Scheduler,
  write: (entry: Entry) => void,
): Record<string, (input: Input) => unknown> {
  return {
    submitjob(input) {
      const spec = submittedJob(input, resources, scheduler.jobs, Date.now());
      for (const { name } of spec.consumables)
        if (!scheduler.capacity.consumables.has(name))
          throw clientError(`Consumable resource ${name} does not exist`);
      write({ kind: 'submitted', spec });
      scheduler.add(newJob(spec));
      const jobArn = `arn:aws:batch:${region}:${account}:job/${spec.jobId}`;
      return { jobArn, jobName: spec.jobName, jobId: spec.jobId };
    },
    describejobs(input) {
      const ids = input.jobs as string[] | undefined;
      if (!Array.isArray(ids) || ids.length === 0) throw clientError('jobs must not be empty');
      if (ids.length > 100) throw clientError('DescribeJobs takes at most 100 job ids');
      const found = ids.flatMap(id => findTask(scheduler.jobs, id) ?? []);
      return { jobs: found.map(({ job, index }) => jobDetail(job, index, region, account)) };
    },
    listjobs: input => listJobs(input, resources, scheduler.jobs),
    terminatejob(input) {
      const { jobId, reason } = stopInput(input);
      const found = findTask(scheduler.jobs, jobId);
      if (found) scheduler.terminate(found.job, found.index, reason);
      return {};
    },
    canceljob(input) {
      const { jobId, reason } = stopInput(input);
      const found = findTask(scheduler.jobs, jobId);
      if (found) scheduler.cancel(found.job, found.index, reason);
      return {};
    },
  };
}

/** `id` of a job or an array's parent, `id:index` of a child. */
function findTask(
  jobs: ReadonlyMap<string, Job>,
  id: string,
): { readonly job: Job; readonly index?: number } | undefined {
  const [parent = '', index, more] = id.split(':');
  const job = jobs.get(parent);
  if (!job || more !== undefined) return undefined;
  if (index === undefined) return { job };
  const isChild = /^\d+$/.test(index) && Number(index) < (job.spec.size ?? 0);
  return isChild ? { job, index: Number(index) } : undefined;
}

function stopInput(input: Input): { jobId: string; reason: string } {
  if (typeof input.jobId !== 'string') throw clientError('jobId is needed');
  if (typeof input.reason !== 'string') throw clientError('reason is needed');
  return { jobId: input.jobId, reason: input.reason };
}
