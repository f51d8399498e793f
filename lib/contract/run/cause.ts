import type { Cause } from '../workload/workload.ts';

/** Why an attempt ended, by what Batch and the container said; undefined where more of something would not help. */
export function causeOf({
  exitCode,
  reason = '',
}: {
  readonly exitCode?: number;
  readonly reason?: string;
}): Cause | undefined {
  if (/OutOfMemory|out of memory/i.test(reason) || exitCode === 137) return 'out-of-memory';
  if (/attempt duration exceeded timeout/i.test(reason)) return 'timeout';
  if (/^Host EC2|spot|reclaim/i.test(reason)) return 'reclaimed';
  return undefined;
}
