import { jobDefinitions } from '../reading/containers.ts';
import { fields, isKnown } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const timeoutMissing: Rule = {
  id: 'timeout-missing',
  what: 'a job ends some time: without a timeout, one that hangs keeps its host, and its cost, until somebody looks',
  source: batchGuide('job_timeouts'),
  fix: 'Timeout: { "AttemptDurationSeconds": … }, well above what a job takes',
  check: template =>
    jobDefinitions(template).flatMap(resource => {
      const { Timeout } = resource.properties;
      return isKnown(Timeout) && fields(Timeout).AttemptDurationSeconds === undefined
        ? [trouble(resource, undefined, 'a job that hangs never ends')]
        : [];
    }),
};
