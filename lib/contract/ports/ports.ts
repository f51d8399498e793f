import type { Bytes } from '../list/bytes.ts';

/** What the rest of the program knows of S3. Implemented by lib/aws over the SDK, and by lib/aws/wire in containers. */
export interface Store {
  readonly bucket: string;
  /** The object's bytes, or undefined when there is none. `range` is `[first, end)` in bytes. */
  get(key: string, range?: readonly [number, number]): Promise<Buffer | undefined>;
  /** Writes with a checksum, what is not all in memory as a stream. With `ifNoneMatch`, answers false (and changes nothing) when the key is taken. */
  put(key: string, body: Buffer | Bytes | string, options?: PutOptions): Promise<boolean>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** In UTF-8 byte order. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** What is directly below a prefix up to its next `/`, with it, in byte order: a request a thousand, whatever they hold. */
  folders(prefix: string): AsyncIterable<string>;
  /** Downloads to a file through a temporary name beside it; checks length and the stored checksum where there is one. */
  download(key: string, path: string, signal?: AbortSignal): Promise<ObjectInfo>;
  /** Uploads a file with a checksum, in parts where it is large. */
  upload(path: string, key: string): Promise<UploadedObject>;
}

export interface PutOptions {
  readonly ifNoneMatch?: boolean;
  readonly contentType?: string;
}

export interface ListOptions {
  readonly startAfter?: string;
  readonly limit?: number;
}

export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

export interface UploadedObject extends ObjectInfo {
  /** Hex, of the bytes that were sent, where they were sent in one piece. */
  readonly sha256?: string;
}

/** What we know of Batch: the few calls a run needs, with Batch's own words. */
export interface BatchPort {
  /** Sent once: SubmitJob has no idempotency token, so nothing below this may resend it. */
  submit(job: JobSubmission): Promise<{ readonly jobId: string }>;
  /** Jobs of the queue whose name is `name`, of any status, newest first. */
  findByName(queue: string, name: string): Promise<readonly JobSummary[]>;
  /** Any number of ids; asked for 100 at a time. Unknown ids are left out. */
  describe(jobIds: readonly string[]): Promise<readonly JobDetail[]>;
  /** Children of an array in one status. */
  children(arrayJobId: string, status: JobStatus): AsyncIterable<JobSummary>;
  terminate(jobId: string, reason: string): Promise<void>;
  cancel(jobId: string, reason: string): Promise<void>;
  createConsumableResource(name: string, total: number): Promise<void>;
  deleteConsumableResource(name: string): Promise<void>;
}

export type JobStatus =
  | 'SUBMITTED'
  | 'PENDING'
  | 'RUNNABLE'
  | 'STARTING'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED';
export const jobStatuses: readonly JobStatus[] = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
];
export const isTerminal = (status: JobStatus): boolean => status === 'SUCCEEDED' || status === 'FAILED';

export interface JobSubmission {
  readonly jobName: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  /** 2 to 10,000, or undefined for a plain job. */
  readonly arraySize?: number;
  readonly dependsOn: readonly { readonly jobId: string; readonly type?: 'N_TO_N' }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
  readonly consumableResource?: string;
  /** Of a multi-node parallel job, whose definition has one range of nodes, `0:`. */
  readonly nodes?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Told with every change of the job's state. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface JobSummary {
  readonly jobId: string;
  readonly jobName: string;
  readonly status: JobStatus;
  readonly statusReason?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly arrayIndex?: number;
}

export interface JobDetail extends JobSummary {
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly logStream?: string;
  readonly arraySize?: number;
  readonly statusSummary?: Readonly<Partial<Record<JobStatus, number>>>;
  readonly attempts: readonly JobAttempt[];
}

export interface JobAttempt {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly statusReason?: string;
  readonly logStream?: string;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
}

/** The log of state changes: what became of jobs that Batch has forgotten. */
export interface StateChanges {
  /** The end of a job, or of an array's children, that FAILED from `since` on (ms since 1970). Each job once. */
  failed(jobId: string, since: number): Promise<readonly JobDetail[]>;
  /** The same of those that SUCCEEDED, but not with their first attempt. */
  succeededLate(jobId: string, since: number): Promise<readonly JobDetail[]>;
}

export interface Secrets {
  get(secretId: string): Promise<string>;
  put(secretId: string, value: string): Promise<void>;
}

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
}

export interface Logs {
  /** Lines of one stream from the start, or those after `token`; `token` to go on with. */
  read(
    stream: string,
    token?: string,
  ): Promise<{ readonly lines: readonly LogLine[]; readonly token?: string }>;
  /** The last lines of a stream, at most so many and at most 10,000 (or 1 MB). */
  tail(stream: string, lines: number): Promise<readonly LogLine[]>;
}
