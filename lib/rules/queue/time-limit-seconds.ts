import { timeLimits } from '../reading/time-limits.ts';
import { number } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const timeLimitSeconds: Rule = {
  id: 'time-limit-seconds',
  what: 'a queue’s time limit is from 10 minutes to a day',
  source: batchApi('JobStateTimeLimitAction'),
  fix: 'MaxTimeSeconds from 600 to 86400',
  check: template =>
    timeLimits(template).flatMap(({ queue, action: { MaxTimeSeconds } }) => {
      const seconds = number(MaxTimeSeconds);
      return seconds !== undefined && (seconds < 600 || seconds > 86_400)
        ? [trouble(queue, seconds, 'Batch takes 600 to 86400 seconds')]
        : [];
    }),
};
