import type { BatchPace } from '../batch/pace.ts';

/**
 * What goes wrong in the twin, and how fast its Batch goes. Read from `faults.json` in the twin's folder, or from the file
 * that LAB_TWIN_FAULTS names. The same seed and the same order of calls give the same faults. See docs/twin-faults.md.
 */
export interface Faults {
  /** Default 1. */
  readonly seed: number;
  readonly pace: Partial<BatchPace>;
  /** The first rule that matches a request and strikes is the one that acts. */
  readonly requests: readonly RequestFault[];
  readonly rates: readonly Rate[];
  readonly containers: readonly ContainerFault[];
}

export const requestFaults = [
  /** `SlowDown` 503 from S3, `TooManyRequestsException` 429 from Batch, `ThrottlingException` from the others. */
  'throttle',
  /** 503 from S3, a server's exception from the others. */
  'unavailable',
  /** The connection is reset before the request is carried out. */
  'reset',
  /** The request is carried out, and the connection is reset instead of the answer. */
  'lost-answer',
  /** The body ends early; Content-Length says what it should have been. */
  'short-body',
  /** The body is cut short, and Content-Length with it. */
  'wrong-length',
  /** The body stops part of the way, and the connection stays open. */
  'stall',
  /** One bit of the body is another. */
  'bit-flip',
  /** The upload is not completed: 200 with an Error in its body. */
  'lying-completion',
  'expired-credentials',
  'clock-skew',
] as const;
export type RequestFaultName = (typeof requestFaults)[number];

export interface RequestFault {
  readonly fault: RequestFaultName;
  /** `s3`, `batch`, `logs`, `secretsmanager`, `sts`; every one when left out. */
  readonly service?: string;
  /** The API's name of the operation: `GetObject`, `SubmitJob`. Faults of bodies mean GetObject when it is left out. */
  readonly action?: string;
  /** The start of `bucket/key`. */
  readonly path?: string;
  /** Of a request that matches; default 1. */
  readonly probability: number;
  /** How many requests that match are left alone first; default 0. */
  readonly skip: number;
  /** How often it strikes at most; no limit when left out. */
  readonly times?: number;
  /** It strikes only within the first `forMs` of every `everyMs` since the twin started. */
  readonly storm?: { readonly everyMs: number; readonly forMs: number };
}

/** More calls a second than this are throttled: Batch's documented limit is 50. */
export interface Rate {
  readonly service: string;
  readonly perSecond: number;
}

export const containerFaults = [
  /** A spot instance goes, with `noticeSeconds` of notice in its metadata; on pools of spot instances only. */
  'spot-reclaim',
  /** An instance goes without notice, on any pool. */
  'host-lost',
  'image-pull',
  /** Killed for memory: exit code 137. */
  'out-of-memory',
  /** The scratch volume holds `freeMiB` and no more. */
  'disk-full',
] as const;
export type ContainerFaultName = (typeof containerFaults)[number];

export interface ContainerFault {
  readonly fault: ContainerFaultName;
  readonly workload?: string;
  /** A name, or the start of one and `*`. */
  readonly jobName?: string;
  readonly index?: number;
  readonly attempt?: number;
  readonly probability: number;
  readonly times?: number;
  /** When after its start, between these two, in ms; default 0 to 1,000. */
  readonly afterMs: readonly [number, number];
  /** Of spot-reclaim; 0 is none. Default 120. */
  readonly noticeSeconds: number;
  /** Of disk-full. Default 1. */
  readonly freeMiB: number;
}
