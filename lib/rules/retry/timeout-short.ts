import { jobDefinitions } from '../reading/containers.ts';
import { fields, number } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const timeoutShort: Rule = {
  id: 'timeout-short',
  what: 'a timeout is at least 60 seconds: Batch refuses less',
  source: batchGuide('job_timeouts'),
  fix: 'AttemptDurationSeconds of 60 or more',
  check: template =>
    jobDefinitions(template).flatMap(resource => {
      const seconds = number(fields(resource.properties.Timeout).AttemptDurationSeconds);
      return seconds !== undefined && seconds < 60
        ? [trouble(resource, seconds, 'Batch takes no timeout under 60 seconds')]
        : [];
    }),
};
