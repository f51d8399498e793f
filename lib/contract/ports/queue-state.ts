/** A job queue as Batch has it. */
export interface QueueState {
  readonly name: string;
  readonly arn: string;
  /** ENABLED, DISABLED. */
  readonly state: string;
  /** VALID, UPDATING, INVALID … */
  readonly status: string;
  readonly statusReason?: string;
  /** ARNs or names, in their order. */
  readonly environments: readonly string[];
}
