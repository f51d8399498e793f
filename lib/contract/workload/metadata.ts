/** `Metadata.Arraylab` of a job definition in the template: how the twin runs it as a process. */
export interface JobDefinitionMetadata {
  readonly Workload: string;
  /** The bundle that is the image's entrypoint, relative to the project: `dist/containers/rapidtide.mjs`. */
  readonly Bundle: string;
}

/** Other metadata of a job definition, for whoever checks the template. */
export const metadataNames = {
  /** Why its container is privileged. */
  privileged: 'ArraylabPrivileged',
  /** Logical ids of the queues that its jobs are submitted to. */
  queues: 'ArraylabQueues',
} as const;

/** Name of the output that only people read: the ARN of the policy for members. */
export const memberPolicyOutput = 'MemberPolicyArn';

/** The same of the policy for keepers, where a kind of jobs is theirs. */
export const keeperPolicyOutput = 'KeeperPolicyArn';

/** Names of the stack's outputs; `lab` finds everything it needs through them. */
export const outputNames = {
  outputBucket: 'OutputBucketName',
  logGroup: 'JobLogGroupName',
  /** The log of the jobs' state changes. */
  eventLogGroup: 'EventLogGroupName',
  /** JSON: StackMap. */
  map: 'ArraylabMap',
} as const;

/** What the CLI has to know of a deployed lab, in one output. Names, not ARNs: no account id in it. */
export interface StackMap {
  readonly lab: string;
  /** Queue name by pool. */
  readonly queues: Readonly<Record<string, string>>;
  readonly workloads: Readonly<Record<string, { readonly jobDefinitions: Readonly<Record<string, string>> }>>;
  /** Secret id by dataset. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Reads the output that holds it. */
export const readStackMap = (output: string): StackMap => JSON.parse(output) as StackMap;

export const stackName = (lab: string): string => `arraylab-${lab}`;
/** Without revision, so that a submission always meets the newest active one. */
export const jobDefinitionName = (
  lab: string,
  workload: string,
  architecture: string,
  kind?: string,
): string =>
  `arraylab-${lab}-${workload}-${kind === undefined ? '' : `${kind}-`}${architecture === 'arm64' ? 'arm64' : 'x86'}`;
/** Where `npm run bundle` puts the entrypoint of an image's folder, which several workloads may share. */
export const bundlePath = (context: string): string => `dist/containers/${context.split('/').at(-1)}.mjs`;

/** Tags of whatever belongs to a lab; the audit after a destroy and the search for kept buckets go by them. */
export const tagNames = {
  /** Of resources and jobs: the lab's name. */
  lab: 'arraylab:lab',
  /** Of the stack's buckets: `output` or `access-logs`. */
  role: 'arraylab:role',
} as const;
