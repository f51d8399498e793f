import { timeLimits } from '../reading/time-limits.ts';
import { text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

const reasons = [
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS',
];

export const timeLimitReason: Rule = {
  id: 'time-limit-reason',
  what: 'a queue’s time limit names a reason that Batch gives: with any other it never does anything',
  source: batchGuide('job_stuck_in_runnable'),
  fix: `one of ${reasons.join(', ')}`,
  check: template =>
    timeLimits(template).flatMap(({ queue, action: { Reason } }) => {
      const reason = text(Reason);
      return reason === undefined || reasons.includes(reason)
        ? []
        : [trouble(queue, Reason, 'no reason that Batch gives')];
    }),
};
