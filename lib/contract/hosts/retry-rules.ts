import { exitCodes } from '../workload/exit-codes.ts';

/** One rule of Batch's evaluateOnExit. Patterns are a text with at most one `*`, at its end. */
export interface RetryRule {
  readonly action: 'RETRY' | 'EXIT';
  readonly onExitCode?: string;
  readonly onReason?: string;
  readonly onStatusReason?: string;
}

/**
 * The five rules that every job definition has, and that a SubmitJob with other attempts repeats: a retry strategy in
 * SubmitJob replaces the definition's as a whole. Batch retries what no rule matches, so the last one ends everything else.
 */
export const retryRules: readonly RetryRule[] = [
  { action: 'RETRY', onStatusReason: 'Host EC2*' },
  { action: 'RETRY', onReason: 'CannotPull*' },
  { action: 'RETRY', onStatusReason: 'Task failed to start*' },
  { action: 'RETRY', onExitCode: String(exitCodes.interrupted) },
  { action: 'EXIT', onReason: '*' },
];
