import { childId, jobStatus, taskOf } from './job.ts';
import type { Attempt, Job, Task } from './types.ts';

/** A job, or one child, as DescribeJobs answers it. Times in ms since 1970. */
export function jobDetail(
  job: Job,
  index: number | undefined,
  region: string,
  account: string,
): Record<string, unknown> {
  const { spec } = job;
  const isParent = spec.size !== undefined && index === undefined;
  const task = isParent ? undefined : taskOf(job, index ?? 0);
  const jobId = isParent ? spec.jobId : childId(job, index ?? 0);
  const last = task?.attempts.at(-1);
  const stoppedAt = isParent ? job.stoppedAt : task?.stoppedAt;
  return {
    jobId,
    jobArn: `arn:aws:batch:${region}:${account}:job/${jobId}`,
    jobName: spec.jobName,
    jobQueue: spec.queueArn,
    jobDefinition: spec.definition,
    status: isParent ? jobStatus(job) : task!.status,
    ...statusReason(job, task),
    createdAt: spec.createdAt,
    ...(last ? { startedAt: last.startedAt } : {}),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    attempts: (task?.attempts ?? []).filter(attempt => attempt.stoppedAt !== undefined).map(attemptDetail),
    dependsOn: spec.dependsOn,
    parameters: spec.parameters,
    retryStrategy: { attempts: spec.attempts, evaluateOnExit: spec.evaluateOnExit },
    ...(spec.timeoutSeconds === undefined
      ? {}
      : { timeout: { attemptDurationSeconds: spec.timeoutSeconds } }),
    ...(spec.size === undefined
      ? {}
      : {
          arrayProperties: isParent
            ? { size: spec.size, statusSummary: job.counts, statusSummaryLastUpdatedAt: Date.now() }
            : { size: spec.size, index },
        }),
    container: {
      command: spec.command,
      environment: Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
      resourceRequirements: [
        { type: 'VCPU', value: String(spec.vcpus) },
        { type: 'MEMORY', value: String(spec.memoryMiB) },
      ],
      ...(last ? { logStreamName: last.stream, ...exitOf(last) } : {}),
    },
    tags: spec.tags,
    platformCapabilities: ['EC2'],
  };
}

/** A job, or one child, as ListJobs answers it. */
export function jobSummary(job: Job, index: number | undefined): Record<string, unknown> {
  const { spec } = job;
  const isParent = spec.size !== undefined && index === undefined;
  const task = isParent ? undefined : taskOf(job, index ?? 0);
  const last = task?.attempts.at(-1);
  const stoppedAt = isParent ? job.stoppedAt : task?.stoppedAt;
  return {
    jobId: isParent ? spec.jobId : childId(job, index ?? 0),
    jobName: spec.jobName,
    jobDefinition: spec.definition,
    status: isParent ? jobStatus(job) : task!.status,
    ...statusReason(job, task),
    createdAt: spec.createdAt,
    ...(last ? { startedAt: last.startedAt } : {}),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(spec.size === undefined ? {} : { arrayProperties: isParent ? { size: spec.size } : { index } }),
    ...(last?.stoppedAt !== undefined ? { container: exitOf(last) } : {}),
  };
}

function statusReason(job: Job, task: Task | undefined): { statusReason?: string } {
  const text = task?.statusReason ?? (task?.status === 'RUNNABLE' || !task ? job.statusReason : undefined);
  return text ? { statusReason: text } : {};
}

const exitOf = (attempt: Attempt): { exitCode?: number; reason?: string } => ({
  ...(attempt.exitCode === undefined ? {} : { exitCode: attempt.exitCode }),
  ...(attempt.reason ? { reason: attempt.reason } : {}),
});

const attemptDetail = (attempt: Attempt): Record<string, unknown> => ({
  startedAt: attempt.startedAt,
  ...(attempt.stoppedAt === undefined ? {} : { stoppedAt: attempt.stoppedAt }),
  ...(attempt.statusReason ? { statusReason: attempt.statusReason } : {}),
  container: { logStreamName: attempt.stream, ...exitOf(attempt) },
});
