import { sizeLimits } from '../contract/hosts/fitting.ts';
import { type Problem, refuse } from '../contract/workload/errors.ts';
import { counted } from '../contract/workload/number-text.ts';

/** All that SubmitJob takes of a job. */
export interface JobRequest {
  readonly jobName: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  /** 2 to 10,000 children. */
  readonly arraySize?: number;
  /** At most 20. `N_TO_N`: child by child of an equal array; `SEQUENTIAL`: one child after the other, without a job id. */
  readonly dependsOn?: readonly { readonly jobId?: string; readonly type?: 'N_TO_N' | 'SEQUENTIAL' }[];
  /** Of the definition's command: `Ref::name`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly container?: ContainerOverride;
  /** Of a multi-node parallel job. */
  readonly nodes?: {
    readonly count?: number;
    readonly overrides: readonly { readonly targetNodes: string; readonly container: ContainerOverride }[];
  };
  /** 1 to 10. */
  readonly attempts?: number;
  /** From 60. */
  readonly timeoutSeconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ContainerOverride {
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Of multi-node parallel jobs alone. */
  readonly instanceType?: string;
}

/** Throws LabError with all that Batch would refuse, or take and forget. Source: AWS Batch API reference, SubmitJob; service quotas. */
export function checkJob(job: JobRequest): void {
  const problems: Problem[] = [];
  const where = job.jobName || 'a job';
  const say = (message: string, fix?: string): void =>
    void problems.push({ where, message, ...(fix ? { fix } : {}) });
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(job.jobName))
    say(`${JSON.stringify(job.jobName)} is no name of a job`, 'up to 128 letters, digits, _ and -');
  whole(job.arraySize, [2, 10_000], 'arraySize', say);
  whole(job.attempts, sizeLimits.attempts, 'attempts', say);
  whole(job.timeoutSeconds, [sizeLimits.timeoutSeconds[0], Number.MAX_SAFE_INTEGER], 'timeoutSeconds', say);
  whole(job.nodes?.count, [1, 1000], 'nodes.count', say);
  if ((job.dependsOn?.length ?? 0) > 20)
    say(`it depends on ${counted(job.dependsOn!.length, 'job')}, and may on 20`);
  for (const { jobId, type } of job.dependsOn ?? [])
    if (jobId === undefined && type !== 'SEQUENTIAL') say('a dependency needs a jobId, or to be SEQUENTIAL');
  if (job.nodes && job.arraySize !== undefined) say('is an array or has nodes, not both');
  if (job.nodes && job.container) say('has overrides by node: container is for jobs with one');
  if (job.container?.instanceType !== undefined)
    say('instanceType is for multi-node parallel jobs; Batch would not heed it', 'a queue of that type');
  for (const [at, container] of containersOf(job)) checkContainer(at, container, say);
  for (const { targetNodes } of job.nodes?.overrides ?? [])
    if (!/^(\d+|\d+:\d*|:\d+)$/.test(targetNodes))
      say(`targetNodes ${JSON.stringify(targetNodes)} is no range: 0:3, 2: or 1`);
  if (Buffer.byteLength(JSON.stringify(job)) > 30 * 1024)
    say(
      'is larger than the 30 KiB that SubmitJob takes',
      'put it into an object, and its key into the environment',
    );
  refuse(problems);
}

function checkContainer(
  at: string,
  { vcpus, memoryMiB, environment, command }: ContainerOverride,
  say: (message: string, fix?: string) => void,
): void {
  whole(vcpus, sizeLimits.vcpus, `${at}vcpus`, say);
  whole(memoryMiB, sizeLimits.memoryMiB, `${at}memoryMiB`, say);
  if (command?.length === 0) say(`${at}command is empty: leave it out for the definition’s`);
  for (const name of Object.keys(environment ?? {}))
    if (name.startsWith('AWS_BATCH')) say(`${at}environment: ${name} is a name that Batch keeps for itself`);
  if (Buffer.byteLength(JSON.stringify({ environment, command })) > 8192)
    say(`${at}environment and command are larger than the 8,192 bytes that ECS takes`);
}

const containersOf = ({
  container,
  nodes,
}: JobRequest): readonly (readonly [string, ContainerOverride])[] => [
  ...(container ? [['', container] as const] : []),
  ...(nodes?.overrides.map(each => [`nodes ${each.targetNodes} `, each.container] as const) ?? []),
];

function whole(
  value: number | undefined,
  [least, most]: readonly [least: number, most: number],
  name: string,
  say: (message: string) => void,
): void {
  if (value !== undefined && (!Number.isInteger(value) || value < least || value > most))
    say(
      `${name} ${value} is no whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
    );
}
