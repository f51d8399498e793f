import type { TwinStack } from '../../template/twin-stack.ts';
import { childId, jobStatus, taskOf } from '../job.ts';
import { nodeId } from '../nodes.ts';
import type { Attempt, ChildJob, Job, JobSpec } from '../types.ts';
import { shownSummary } from './status-summary.ts';

export interface BatchHome {
  readonly region: string;
  readonly account: string;
}

/** A job, or one child, as DescribeJobs answers it. Times in ms since 1970. */
export function jobDetail(
  job: Job,
  index: number | undefined,
  home: BatchHome,
  resources: TwinStack,
  node?: number,
): Record<string, unknown> {
  const { spec } = job;
  const { isParent, task, last, said } = subjectOf(job, index, home, node);
  const definition = resources.jobDefinitions.find(each => each.arn === spec.definition);
  return {
    ...said,
    jobQueue: spec.queueArn,
    // The API reference names it as always there.
    startedAt: last?.startedAt ?? 0,
    attempts: (task?.attempts ?? [])
      .filter(attempt => attempt.stoppedAt !== undefined)
      .map(attempt => attemptDetail(attempt, home)),
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
            ? { size: spec.size, ...summaryOf(job) }
            : { size: spec.size, index, statusSummary: {} },
        }),
    ...nodesOf(spec, node),
    ...(spec.nodes !== undefined && node === undefined
      ? {}
      : {
          container: {
            ...(definition ? { image: definition.image, privileged: definition.privileged } : {}),
            command: spec.command,
            environment: pairs({ ...definition?.environment, ...spec.environment }),
            resourceRequirements: [
              { type: 'VCPU', value: String(spec.vcpus) },
              { type: 'MEMORY', value: String(spec.memoryMiB) },
            ],
            ...(definition
              ? {
                  logConfiguration: {
                    logDriver: 'awslogs',
                    options: {
                      'awslogs-group': definition.logGroup,
                      'awslogs-stream-prefix': definition.streamPrefix,
                    },
                    secretOptions: [],
                  },
                }
              : {}),
            volumes: [],
            mountPoints: [],
            ulimits: [],
            secrets: [],
            networkInterfaces: [],
            ...(last ? { ...containerOf(last, home), ...exitOf(last) } : {}),
          },
        }),
    ...(spec.consumables.length > 0
      ? {
          consumableResourceProperties: {
            consumableResourceList: spec.consumables.map(each => ({
              consumableResource: `arn:aws:batch:${home.region}:${home.account}:consumable-resource/${each.name}`,
              quantity: each.quantity,
            })),
          },
        }
      : {}),
    tags: spec.tags,
    propagateTags: spec.propagateTags ?? false,
    platformCapabilities: ['EC2'],
    isCancelled: flag(job, task, 'isCancelled'),
    isTerminated: flag(job, task, 'isTerminated'),
  };
}

/** A job, or one child, as ListJobs answers it. */
export function jobSummary(
  job: Job,
  index: number | undefined,
  home: BatchHome,
  node?: number,
): Record<string, unknown> {
  const { spec } = job;
  const { isParent, task, last, said } = subjectOf(job, index, home, node);
  return {
    ...said,
    ...(last?.startedAt === undefined ? {} : { startedAt: last.startedAt }),
    ...(spec.size === undefined
      ? {}
      : { arrayProperties: isParent ? { size: spec.size, ...summaryOf(job) } : { index } }),
    ...(spec.nodes === undefined
      ? {}
      : {
          nodeProperties: {
            numNodes: spec.nodes,
            isMainNode: node === 0,
            ...(node === undefined ? {} : { nodeIndex: node }),
          },
        }),
    ...(last?.stoppedAt !== undefined ? { container: exitOf(last) } : {}),
    ...(flag(job, task, 'isCancelled') ? { isCancelled: true } : {}),
    ...(flag(job, task, 'isTerminated') ? { isTerminated: true } : {}),
  };
}

/** What an answer is about, an array's parent, a plain job or one child, and what every answer says of it. */
function subjectOf(job: Job, index: number | undefined, home: BatchHome, node: number | undefined) {
  const { spec } = job;
  const isParent = spec.size !== undefined && index === undefined;
  const task: ChildJob | undefined = isParent ? undefined : taskOf(job, index ?? 0);
  const own = isParent ? spec.jobId : childId(job, index ?? 0);
  const jobId = node === 0 ? nodeId(own, 0) : own;
  const stoppedAt = (task ?? job).stoppedAt;
  const said = {
    jobId,
    jobArn: `arn:aws:batch:${home.region}:${home.account}:job/${jobId}`,
    jobName: spec.jobName,
    jobDefinition: spec.definition,
    status: task ? task.status : jobStatus(job),
    ...statusReason(job, task),
    createdAt: spec.createdAt,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
  };
  return { isParent, task, last: task?.attempts.at(-1), said };
}

/** Of the job as a whole its nodes; of one of them, which it is. */
function nodesOf(spec: JobSpec, node: number | undefined): Record<string, unknown> {
  if (spec.nodes === undefined) return {};
  if (node !== undefined) return { nodeDetails: { nodeIndex: node, isMainNode: node === 0 } };
  return {
    nodeProperties: {
      numNodes: spec.nodes,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: `0:${spec.nodes - 1}` }],
    },
  };
}

function summaryOf(job: Job): Record<string, unknown> {
  const { counts, at } = shownSummary(job, job.now());
  return { statusSummary: counts, statusSummaryLastUpdatedAt: at };
}

function statusReason(job: Job, task: ChildJob | undefined): { statusReason?: string } {
  const text = task ? task.statusReason : job.statusReason;
  return text ? { statusReason: text } : {};
}

const flag = (job: Job, task: ChildJob | undefined, name: 'isCancelled' | 'isTerminated'): boolean =>
  job[name] === true || task?.[name] === true;

const pairs = (record: Readonly<Record<string, string>>): unknown[] =>
  Object.entries(record).map(([name, value]) => ({ name, value }));

const exitOf = (attempt: Attempt): { exitCode?: number; reason?: string } => ({
  ...(attempt.exitCode === undefined ? {} : { exitCode: attempt.exitCode }),
  ...(attempt.reason ? { reason: attempt.reason } : {}),
});

/** Names in ECS: the cluster is the compute environment's, the task is what the log stream ends with. */
function containerOf(attempt: Attempt, { region, account }: BatchHome): Record<string, unknown> {
  if (attempt.containerInstance === undefined) return { logStreamName: attempt.stream };
  const arn = (kind: string, id: string): string =>
    `arn:aws:ecs:${region}:${account}:${kind}/AWSBatch-${attempt.environment}/${id}`;
  return {
    containerInstanceArn: arn('container-instance', attempt.containerInstance),
    taskArn: arn('task', attempt.stream.split('/').at(-1)!),
    logStreamName: attempt.stream,
  };
}

const attemptDetail = (attempt: Attempt, home: BatchHome): Record<string, unknown> => ({
  ...(attempt.startedAt === undefined ? {} : { startedAt: attempt.startedAt }),
  ...(attempt.stoppedAt === undefined ? {} : { stoppedAt: attempt.stoppedAt }),
  ...(attempt.statusReason ? { statusReason: attempt.statusReason } : {}),
  container: { ...containerOf(attempt, home), ...exitOf(attempt), networkInterfaces: [] },
  taskProperties: [],
});
