import type { Attempt, JobSpec } from './types.ts';

/**
 * Whether an attempt that did not succeed is tried again: rules in order, the first that matches decides; what no rule
 * matches is retried while attempts are left. Source: Batch user guide, job_retries.
 */
export function isRetried(
  spec: Pick<JobSpec, 'attempts' | 'evaluateOnExit'>,
  attempt: Attempt,
  used: number,
): boolean {
  if (used >= spec.attempts) return false;
  for (const rule of spec.evaluateOnExit) {
    const conditions: [string | undefined, string | undefined][] = [
      [rule.onExitCode, attempt.exitCode === undefined ? undefined : String(attempt.exitCode)],
      [rule.onReason, attempt.reason ?? ''],
      [rule.onStatusReason, attempt.statusReason],
    ];
    if (
      conditions.every(
        ([pattern, value]) => pattern === undefined || (value !== undefined && fits(pattern, value)),
      )
    ) {
      return rule.action?.toUpperCase() === 'RETRY';
    }
  }
  return true;
}

/** A text with at most one `*`, at its end. */
function fits(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}
