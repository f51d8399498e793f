import type { JobStatus as Status } from '../../contract/ports/ports.ts';
import type { JobDefinition } from '../template/twin-stack.ts';

export { isTerminal as isEnded, jobStatuses as statuses } from '../../contract/ports/ports.ts';
export type { Status };
export type Counts = Record<Status, number>;

/** A job as it was submitted; never changes. Kept in the journal as it is. */
export interface JobSpec {
  readonly jobId: string;
  readonly jobName: string;
  readonly queue: string;
  readonly queueArn: string;
  readonly definition: string;
  readonly createdAt: number;
  /** Undefined for a plain job. */
  readonly size?: number;
  /** Of a multi-node parallel job: how many. */
  readonly nodes?: number;
  /** Of one of its child nodes: its job, and which of it, from 1. */
  readonly nodeOf?: { readonly jobId: string; readonly index: number };
  readonly dependsOn: readonly { readonly jobId?: string; readonly type?: string }[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds?: number;
  readonly attempts: number;
  readonly evaluateOnExit: readonly Readonly<Record<string, string>>[];
  readonly consumables: readonly { readonly name: string; readonly quantity: number }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly propagateTags?: boolean;
  /** Why ECS will not take the task, though Batch took the job: each child fails with it before an attempt. */
  readonly refusedByEcs?: string;
}

export interface Attempt {
  readonly stream: string;
  /** The EC2 instance, `i-…`, and its name in ECS. */
  readonly instance?: string;
  readonly containerInstance?: string;
  /** The compute environment's name. */
  readonly environment?: string;
  /** When it became RUNNING; an attempt whose container never ran has none. */
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly statusReason?: string;
}

/** A plain job, or one child of an array. */
export interface ChildJob {
  readonly index: number;
  status: Status;
  statusReason?: string;
  attempts: Attempt[];
  stoppedAt?: number;
  /** A terminate or timeout that the running attempt will end by; such an end is not retried. */
  stopping?: string;
  /** A cancel that takes effect when what it waits for has ended. */
  cancelling?: string;
  isCancelled?: true;
  isTerminated?: true;
}

/** What DescribeJobs says of an array's children, as of a moment that may be a while ago. */
export interface StatusSummary {
  readonly counts: Counts;
  /** ms since 1970. */
  readonly at: number;
}

export interface Job {
  readonly spec: JobSpec;
  /** Tasks that something has happened to; an array's others wait. */
  readonly tasks: Map<number, ChildJob>;
  /** First index that never started. Held jobs do not count with it: their children become ready one by one. */
  next: number;
  /** Indexes that are ready for an attempt out of turn: another one, or the first of a child that was held back. */
  readonly again: number[];
  /** What it waited for as a whole is done. */
  open?: boolean;
  /** A terminate of the whole job: its reason becomes the job's. */
  stopReason?: string;
  isCancelled?: true;
  isTerminated?: true;
  readonly counts: Counts;
  readonly summaryLagMs: number;
  /** The twin's time, in ms since 1970. */
  now(): number;
  /** What the counts were at the end of the last full period of the lag. */
  summary: StatusSummary;
  statusReason?: string;
  stoppedAt?: number;
}

/** How a container is started; a test gives its own. */
export type RunContainer = (spec: ContainerSpec) => RunningContainer;

export interface ContainerSpec {
  readonly jobId: string;
  readonly attempt: number;
  readonly jobName: string;
  readonly definition: JobDefinition;
  readonly command: readonly string[];
  /** As the definition, the overrides and Batch itself set it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The EC2 instance that it runs on, and whether that is a spot instance. */
  readonly instance: string;
  readonly isSpot: boolean;
  /** Its type, where it is known. */
  readonly instanceType?: string;
  /** What the job may use. */
  readonly memoryMiB: number;
  /** Where the instance's metadata is; none when left out. */
  readonly metadataUrl?: string;
  /** What the scratch volume holds; as much as this machine has when left out. */
  readonly scratchMiB?: number;
  onOutput(lines: readonly string[]): void;
}

export interface Exit {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly statusReason?: string;
}

export interface RunningContainer {
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Settles when the container runs, so that the job is RUNNING; at once when left out. One that never ran only exits. */
  readonly started?: Promise<void>;
  /** Settles when its host has a spot notice, and takes no more (ECS_ENABLE_SPOT_INSTANCE_DRAINING). */
  readonly draining?: Promise<void>;
  readonly exited: Promise<Exit>;
}
