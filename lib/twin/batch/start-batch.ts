import { join } from 'node:path';
import { AwsError, type JsonCall } from '../http/service.ts';
import type { TwinResources } from '../template/read-template.ts';
import { jobDetail } from './describe.ts';
import { move, newJob, release, taskOf } from './job.ts';
import { type Entry, openJournal } from './journal.ts';
import { listJobs } from './list-jobs.ts';
import { isRetried } from './retry-decision.ts';
import { Scheduler } from './scheduler.ts';
import { clientError, submittedJob } from './submit-job.ts';
import { type Attempt, isEnded, type Job, type RunContainer } from './types.ts';

export interface BatchOptions {
  readonly folder: string;
  readonly region: string;
  readonly account: string;
  readonly resources: TwinResources;
  readonly run: RunContainer;
  readonly logs: { append(group: string, stream: string, message: string): void };
  readonly cpus: number;
  readonly memoryMiB: number;
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
  const service = actions(options, scheduler, journal.write);
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

function actions(
  options: BatchOptions,
  scheduler: Scheduler,
  write: (entry: Entry) => void,
): Record<string, (input: Input) => unknown> {
  const { resources, region, account } = options;
  const find = (id: string): { job: Job; index?: number } | undefined => {
    const [parent = '', index] = id.split(':');
    const job = scheduler.jobs.get(parent);
    if (
      !job ||
      (index !== undefined &&
        !(job.spec.size !== undefined && /^\d+$/.test(index) && Number(index) < job.spec.size))
    )
      return undefined;
    return { job, ...(index === undefined ? {} : { index: Number(index) }) };
  };
  const page = (name: string, list: readonly unknown[]): unknown => ({ [name]: list });
  const byName = (wanted: unknown, each: { name: string; arn: string }): boolean =>
    wanted === undefined ||
    (wanted as string[]).length === 0 ||
    (wanted as string[]).some(text => text === each.name || text === each.arn);

  return {
    submitjob(input) {
      const spec = submittedJob(input, resources, scheduler.jobs, Date.now());
      for (const { name } of spec.consumables)
        if (!scheduler.consumables.has(name)) throw clientError(`Consumable resource ${name} does not exist`);
      write({ kind: 'submitted', spec });
      scheduler.add(newJob(spec));
      return {
        jobArn: `arn:aws:batch:${region}:${account}:job/${spec.jobId}`,
        jobName: spec.jobName,
        jobId: spec.jobId,
      };
    },
    describejobs(input) {
      const ids = (input.jobs ?? []) as string[];
      if (ids.length > 100) throw clientError('DescribeJobs takes at most 100 job ids');
      return {
        jobs: ids
          .flatMap(id => find(id) ?? [])
          .map(({ job, index }) => jobDetail(job, index, region, account)),
      };
    },
    listjobs: input => listJobs(input, resources, scheduler.jobs),
    terminatejob(input) {
      const { jobId, reason } = stopInput(input);
      const found = find(jobId);
      if (found) scheduler.terminate(found.job, found.index, reason);
      return {};
    },
    canceljob(input) {
      const { jobId, reason } = stopInput(input);
      const found = find(jobId);
      // A job that has started is left alone, without an error.
      const started =
        found && (found.index === undefined ? found.job.tasks.size > 0 : found.job.tasks.has(found.index));
      if (found && !started) scheduler.terminate(found.job, found.index, reason);
      return {};
    },
    describejobqueues: input =>
      page(
        'jobQueues',
        resources.queues
          .filter(each => byName(input.jobQueues, each))
          .map(queue => ({
            jobQueueName: queue.name,
            jobQueueArn: queue.arn,
            state: queue.state,
            status: 'VALID',
            priority: queue.priority,
            computeEnvironmentOrder: queue.computeEnvironments.map((computeEnvironment, order) => ({
              order,
              computeEnvironment,
            })),
          })),
      ),
    describecomputeenvironments: input =>
      page(
        'computeEnvironments',
        resources.computeEnvironments
          .filter(each => byName(input.computeEnvironments, each))
          .map(each => ({
            computeEnvironmentName: each.name,
            computeEnvironmentArn: each.arn,
            ecsClusterArn: '',
            type: 'MANAGED',
            state: each.state,
            status: 'VALID',
            computeResources: {
              type: 'EC2',
              maxvCpus: each.maxvCpus,
              minvCpus: 0,
              desiredvCpus: 0,
              instanceTypes: each.instanceTypes,
              subnets: [],
            },
          })),
      ),
    describejobdefinitions: input =>
      page(
        'jobDefinitions',
        resources.jobDefinitions
          .filter(
            each =>
              byName(input.jobDefinitions, each) &&
              (input.jobDefinitionName === undefined || input.jobDefinitionName === each.name),
          )
          .map(each => ({
            jobDefinitionName: each.name,
            jobDefinitionArn: each.arn,
            revision: each.revision,
            status: 'ACTIVE',
            type: 'container',
            parameters: each.parameters,
            retryStrategy: { attempts: each.attempts, evaluateOnExit: each.evaluateOnExit },
            ...(each.timeoutSeconds === undefined
              ? {}
              : { timeout: { attemptDurationSeconds: each.timeoutSeconds } }),
            containerProperties: {
              image: each.image,
              command: each.command,
              environment: Object.entries(each.environment).map(([name, value]) => ({ name, value })),
              privileged: each.privileged,
              resourceRequirements: [
                { type: 'VCPU', value: String(each.vcpus) },
                { type: 'MEMORY', value: String(each.memoryMiB) },
              ],
            },
          })),
      ),
    createconsumableresource(input) {
      const name = String(input.consumableResourceName ?? '');
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name))
        throw clientError('consumableResourceName is not valid');
      if (scheduler.consumables.has(name)) throw clientError(`Consumable resource ${name} already exists`);
      const total = Number(input.totalQuantity ?? 0);
      scheduler.consumables.set(name, { total, used: 0 });
      write({ kind: 'resource', name, total });
      return {
        consumableResourceName: name,
        consumableResourceArn: `arn:aws:batch:${region}:${account}:consumable-resource/${name}`,
      };
    },
    describeconsumableresource(input) {
      const name = String(input.consumableResource ?? '')
        .split('/')
        .at(-1)!;
      const found = scheduler.consumables.get(name);
      if (!found) throw clientError(`Consumable resource ${name} does not exist`);
      return {
        consumableResourceName: name,
        consumableResourceArn: `arn:aws:batch:${region}:${account}:consumable-resource/${name}`,
        totalQuantity: found.total,
        inUseQuantity: found.used,
        availableQuantity: found.total - found.used,
        resourceType: 'REPLENISHABLE',
      };
    },
    deleteconsumableresource(input) {
      const name = String(input.consumableResource ?? '')
        .split('/')
        .at(-1)!;
      if (!scheduler.consumables.delete(name))
        throw clientError(`Consumable resource ${name} does not exist`);
      write({ kind: 'resource', name });
      return {};
    },
  };
}

function stopInput(input: Input): { jobId: string; reason: string } {
  if (typeof input.jobId !== 'string') throw clientError('jobId is needed');
  if (typeof input.reason !== 'string') throw clientError('reason is needed');
  return { jobId: input.jobId, reason: input.reason };
}

/** Jobs as the journal left them. What was running then has lost its host, and goes through the retry rules. */
function replay(scheduler: Scheduler, entries: readonly Entry[]): void {
  const jobs = new Map<string, Job>();
  for (const entry of entries) {
    if (entry.kind === 'submitted') jobs.set(entry.spec.jobId, newJob(entry.spec));
    else if (entry.kind === 'resource') {
      if (entry.total === undefined) scheduler.consumables.delete(entry.name);
      else scheduler.consumables.set(entry.name, { total: entry.total, used: 0 });
    } else {
      const job = jobs.get(entry.jobId);
      if (job) replayTask(job, entry);
    }
  }
  for (const job of jobs.values()) {
    for (const task of [...job.tasks.values()].filter(each => each.status === 'RUNNING')) {
      const attempt: Attempt = {
        ...task.attempts.at(-1)!,
        stoppedAt: Date.now(),
        statusReason: 'Host EC2 (instance i-0twin) terminated.',
      };
      if (isRetried(job.spec, attempt, task.attempts.length)) scheduler.again(job, task.index, attempt);
      else scheduler.end(job, task.index, attempt, 'FAILED', attempt.statusReason!);
    }
    for (const task of job.tasks.values()) {
      if (task.status === 'RUNNABLE' && task.attempts.length > 0 && !job.again.includes(task.index))
        job.again.push(task.index);
      if (task.index >= job.next && (isEnded(task.status) || task.attempts.length > 0))
        job.next = Math.max(job.next, contiguous(job));
    }
    scheduler.add(job);
  }
}

/** The first index that nothing has happened to. */
function contiguous(job: Job): number {
  let index = job.next;
  while (job.tasks.has(index)) index++;
  return index;
}

function replayTask(job: Job, entry: Exclude<Entry, { kind: 'submitted' } | { kind: 'resource' }>): void {
  if (entry.kind === 'released') {
    release(job);
    return;
  }
  if (entry.kind === 'started') {
    const task = move(job, entry.index, 'RUNNING');
    task.attempts = [...task.attempts, entry.attempt];
    return;
  }
  const before = taskOf(job, entry.index);
  const task = move(job, entry.index, entry.status);
  if (entry.attempt) task.attempts = [...before.attempts.slice(0, -1), entry.attempt];
  if (entry.statusReason) task.statusReason = entry.statusReason;
  if (isEnded(entry.status)) {
    task.stoppedAt = entry.at;
    job.stoppedAt = entry.at;
  }
}
