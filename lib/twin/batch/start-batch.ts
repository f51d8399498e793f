import { join } from 'node:path';
import type { Needed } from '../access/needed.ts';
import { type Clock, realClock } from '../clock.ts';
import { AwsError, type JsonCall } from '../http/service.ts';
import type { TwinStack } from '../template/twin-stack.ts';
import { clientError, refusedInside } from './client-error.ts';
import { consumableActions } from './consumables.ts';
import { jobDetail } from './describe/describe.ts';
import { resourceActions } from './describe/describe-resources.ts';
import { listJobs } from './describe/list-jobs.ts';
import type { HostUse } from './fleet.ts';
import { readInput } from './input-shapes.ts';
import { isSubmitted, newJob } from './job.ts';
import { type JournalEntry, openJournal } from './journal.ts';
import { nodeId } from './nodes.ts';
import { type BatchPace, defaultPace } from './pace.ts';
import { replay } from './replay.ts';
import { batchRights } from './rights.ts';
import { Scheduler } from './scheduler.ts';
import { stateChanges } from './state-changes.ts';
import { submittedJob } from './submit-job.ts';
import type { Job, RunContainer } from './types.ts';

export type { HostUse } from './fleet.ts';

export interface BatchOptions {
  readonly folder: string;
  readonly region: string;
  readonly account: string;
  readonly resources: TwinStack;
  readonly run: RunContainer;
  readonly logs: {
    append(group: string, stream: string, message: string | readonly string[], at?: number): void;
    ensureGroup?(group: string): void;
  };
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly pace?: Partial<BatchPace>;
  /** This machine's when left out. */
  readonly clock?: Clock;
  /** The same seed gives hosts the same names; random ones when left out. */
  readonly seed?: number;
  /** Between SIGTERM and SIGKILL, in ms. 30 s of the pace when left out, as on AWS. */
  readonly stopTimeoutMs?: number;
}

export interface TwinBatch {
  call(call: JsonCall): Promise<unknown>;
  /** The rights that a call needs. */
  rights(call: JsonCall): Needed[];
  /** Starts to schedule; before it, jobs are only taken. */
  start(): void;
  /** Every host that there was since the start. */
  hosts(): readonly HostUse[];
  close(): Promise<void>;
}

/** AWS Batch: takes jobs, runs them, remembers them on disk. Jobs that ran when a twin was killed have lost their host. */
export async function startBatch(options: BatchOptions): Promise<TwinBatch> {
  const clock = options.clock ?? realClock();
  const { entries, journal } = openJournal(join(options.folder, 'journal.jsonl'), clock.now());
  const pace = { ...defaultPace, ...options.pace };
  const scheduler = new Scheduler({
    resources: options.resources,
    run: options.run,
    journal,
    cpus: options.cpus,
    memoryMiB: options.memoryMiB,
    pace,
    clock,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    stopTimeoutMs: options.stopTimeoutMs ?? 30 * pace.secondMs,
    log: (group, stream, lines) => options.logs.append(group, stream, lines, clock.now()),
    changed: stateChanges(options, clock),
  });
  replay(scheduler, entries, pace.statusSummaryLagMs, clock.now);
  for (const { logGroup } of [...options.resources.jobDefinitions, ...options.resources.eventRules])
    options.logs.ensureGroup?.(logGroup);
  const service: Record<string, (input: Input) => unknown> = {
    ...jobActions(options, pace, clock, scheduler, journal.write),
    ...resourceActions(options.resources),
    ...consumableActions(scheduler.capacity.consumables, options, journal.write),
  };
  return {
    call: async ({ action, input }) => {
      const run = service[action.toLowerCase()];
      if (!run) throw new AwsError('UnknownOperationException', 404, `the twin's Batch has no ${action}`);
      scheduler.forget();
      return run(readInput(action.toLowerCase(), input));
    },
    rights: call =>
      batchRights(call, {
        region: options.region,
        account: options.account,
        job: id => scheduler.jobs.get(id),
      }),
    start: () => scheduler.start(),
    hosts: () => scheduler.hosts(),
    close: async () => {
      await scheduler.close();
      journal.close();
    },
  };
}

type Input = Readonly<Record<string, unknown>>;

function jobActions(
  { resources, region, account }: BatchOptions,
  pace: BatchPace,
  clock: Clock,
  scheduler: Scheduler,
  write: (entry: JournalEntry) => void,
): Record<string, (input: Input) => unknown> {
  return {
    submitjob(input) {
      const spec = submittedJob(input, resources, scheduler.jobs, clock.now());
      for (const { name } of spec.consumables)
        if (!scheduler.capacity.consumables.has(name))
          throw clientError(`Consumable resource ${name} does not exist`);
      write({ kind: 'submitted', spec });
      scheduler.add(newJob(spec, pace.statusSummaryLagMs, clock.now));
      const jobArn = `arn:aws:batch:${region}:${account}:job/${spec.jobId}`;
      return { jobArn, jobName: spec.jobName, jobId: spec.jobId };
    },
    describejobs(input) {
      const ids = input.jobs as string[] | undefined;
      if (!Array.isArray(ids) || ids.length === 0) throw clientError('jobs must not be empty');
      if (ids.length > 100) throw refusedInside('Maximum number of jobs supported is 100 .');
      const found = ids.flatMap(id => findTask(scheduler.jobs, id) ?? []);
      return {
        jobs: found.map(({ job, index, node }) =>
          jobDetail(job, index, { region, account }, resources, node),
        ),
      };
    },
    listjobs: input => listJobs(input, resources, scheduler.jobs, { region, account }),
    terminatejob: input => endOne(input, (job, index, reason) => scheduler.terminate(job, index, reason)),
    terminatejobs: input => endMany(input, (job, index, reason) => scheduler.terminate(job, index, reason)),
    canceljob: input => endOne(input, (job, index, reason) => scheduler.cancel(job, index, reason)),
    canceljobs: input => endMany(input, (job, index, reason) => scheduler.cancel(job, index, reason)),
  };

  type End = (job: Job, index: number | undefined, reason: string) => void;

  /** What is not there, or has ended, is no error. */
  function endOne(input: Input, end: End): unknown {
    if (typeof input.jobId !== 'string' || input.jobId === '') throw clientError('jobId is needed');
    const reason = reasonOf(input);
    const found = findTask(scheduler.jobs, input.jobId);
    if (found) end(found.job, found.index, reason);
    return {};
  }

  function endMany(input: Input, end: End): unknown {
    const ids = input.jobs as string[] | undefined;
    if (!Array.isArray(ids) || ids.length === 0) throw clientError('jobs must not be empty');
    if (ids.length > 50) throw refusedInside('Maximum number of jobs supported is 50 .');
    for (const jobId of ids) endOne({ jobId, reason: reasonOf(input) }, end);
    return { successful: ids, errors: [] };
  }
}

/** `id` of a job or an array's parent, `id:index` of a child, `id#index` of a node. */
function findTask(
  jobs: ReadonlyMap<string, Job>,
  id: string,
): { readonly job: Job; readonly index?: number; readonly node?: number } | undefined {
  const [, main = '', digits] = /^([^#]+)#(\d+)$/.exec(id) ?? [];
  if (digits !== undefined) {
    const node = Number(digits);
    const job = jobs.get(node === 0 ? main : nodeId(main, node));
    return job?.spec.nodes === undefined ? undefined : { job, node };
  }
  const [parent = '', index, more] = id.split(':');
  const job = jobs.get(parent);
  if (!job || more !== undefined) return undefined;
  if (index === undefined) return { job };
  // Before its parent is PENDING there are no children.
  if (isSubmitted(job)) return undefined;
  const isChild = /^\d+$/.test(index) && Number(index) < (job.spec.size ?? 0);
  return isChild ? { job, index: Number(index) } : undefined;
}

function reasonOf(input: Input): string {
  if (typeof input.reason !== 'string' || input.reason === '') throw clientError('reason is needed');
  if (input.reason.length > 1024) throw clientError('reason must be at most 1024 characters');
  return input.reason;
}
