import type { JobStatus } from './ports.ts';
import type { QueueState } from './queue-state.ts';

export type { QueueState } from './queue-state.ts';

/** What deploying and destroying a lab asks of AWS. Implemented by lib/aws over the SDK. */
export interface StackPorts {
  readonly stacks: Stacks;
  readonly queues: Queues;
  readonly inventory: LabInventory;
  /** Which of these instance types the region has. */
  offered(types: readonly string[]): Promise<readonly string[]>;
}

export interface Stacks {
  /** By name; by id also one that is deleted. Undefined when there is none. */
  read(nameOrId: string): Promise<StackState | undefined>;
  resources(nameOrId: string): Promise<readonly StackResource[]>;
  /** The template as it was deployed, parsed. */
  template(nameOrId: string): Promise<unknown>;
  /** What failed in the stack's latest operation, the first failure first; failures that only follow from it are left out. */
  failures(nameOrId: string): Promise<readonly StackResource[]>;
  /** Ids of the deleted stacks of this name that CloudFormation remembers (90 days), newest first. */
  deleted(name: string): Promise<readonly string[]>;
  /** The value of a parameter of SSM now, or undefined where it cannot be read. */
  parameter(name: string): Promise<string | undefined>;
}

/** A stack as CloudFormation has it. */
export interface StackState {
  readonly id: string;
  readonly name: string;
  /** CloudFormation's word: `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED` … */
  readonly status: string;
  readonly statusReason?: string;
  readonly terminationProtection: boolean;
  /** Value by name of a parameter; for one of SSM, what it was at the last deploy. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  /** `AWS::S3::Bucket`. */
  readonly type: string;
  readonly status: string;
  readonly statusReason?: string;
}

export interface Queues {
  /** By name or ARN; those that are not there are left out. */
  describe(names: readonly string[]): Promise<readonly QueueState[]>;
  /** Jobs and arrays' parents that have not ended, of every status; with their times where asked, which takes more calls. */
  liveJobs(queue: string, withTimes: boolean): Promise<readonly LiveJob[]>;
  setState(queue: string, state: 'ENABLED' | 'DISABLED'): Promise<void>;
  /** Ends jobs whatever their state. Answers what Batch refused, by job id. */
  terminate(jobIds: readonly string[], reason: string): Promise<Readonly<Record<string, string>>>;
  /** vCPUs that the environments' hosts have, together; those that are not there have none. */
  desiredvCpus(environments: readonly string[]): Promise<number>;
}

export interface LiveJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly status: JobStatus;
  /** Of an array: its children by state. Of a plain job: one, in its own. Ended ones are left out. */
  readonly counts: Readonly<Partial<Record<JobStatus, number>>>;
  /** A time: of one attempt; undefined where nothing ends it. */
  readonly timeoutSeconds?: number;
  /** A time: when the latest of its running attempts started, in ms since 1970; undefined when none runs. */
  readonly latestStart?: number;
}

export interface LabInventory {
  /** Everything of the lab that is there and may cost money, whoever made it. `repositoryPrefixes`: of pull-through caches. */
  look(lab: string, repositoryPrefixes: readonly string[]): Promise<Looked>;
  /** Buckets of the lab with how much is in them. */
  buckets(lab: string): Promise<readonly LabBucket[]>;
  /** How much is in a bucket. */
  measure(bucket: string): Promise<BucketSize>;
  /** Secrets of the lab that are there: by name, and until when one can be brought back where it is being deleted. */
  secrets(lab: string): Promise<readonly LabSecret[]>;
}

/** What was found, and what could not be looked at and why. */
export interface Looked {
  readonly found: readonly Found[];
  readonly unchecked: readonly Unchecked[];
}

export interface Unchecked {
  /** `NAT gateways`. */
  readonly what: string;
  readonly why: string;
}

export type FoundKind =
  | 'instance'
  | 'volume'
  | 'snapshot'
  | 'image'
  | 'nat-gateway'
  | 'elastic-ip'
  | 'vpc-endpoint'
  | 'vpc'
  | 'launch-template'
  | 'compute-environment'
  | 'job-queue'
  | 'repository'
  | 'log-group'
  | 'bucket'
  | 'secret'
  | 'key'
  | 'build-project';

export interface Found {
  readonly kind: FoundKind;
  /** What AWS's calls take: an id, a name. */
  readonly id: string;
  /** `m7g.4xlarge, running`; `200 GiB, attached to nothing`. */
  readonly detail: string;
  /** Of a bucket: ARN of the customer's own key that it is encrypted with. */
  readonly key?: string;
  /** Whether it costs nothing, or goes by itself: told, and no reason to fail. */
  readonly harmless?: boolean;
}

export interface BucketSize {
  readonly objects: number;
  readonly bytes: number;
  /** Whether there is more than was counted. */
  readonly more: boolean;
}

export interface LabBucket extends BucketSize {
  readonly name: string;
  readonly role: 'output' | 'access-logs' | 'archive' | 'other';
  readonly createdAt?: Date;
  /** ARN of the customer's own key that it is encrypted with. */
  readonly key?: string;
}

export interface LabSecret {
  readonly name: string;
  readonly deletedAt?: Date;
}
