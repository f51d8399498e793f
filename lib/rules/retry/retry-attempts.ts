import { jobDefinitions } from '../reading/containers.ts';
import { fields, list, number } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const retryAttempts: Rule = {
  id: 'retry-attempts',
  what: 'attempts are from 1 to 10, and are said wherever there are retry rules',
  source: batchApi('RetryStrategy'),
  fix: 'Attempts from 1 to 10',
  check: template =>
    jobDefinitions(template).flatMap(resource => {
      const { Attempts, EvaluateOnExit } = fields(resource.properties.RetryStrategy);
      if (Attempts === undefined)
        return (list(EvaluateOnExit) ?? []).length > 0
          ? [trouble(resource, undefined, 'Batch refuses retry rules without attempts')]
          : [];
      const attempts = number(Attempts);
      return attempts !== undefined && (attempts < 1 || attempts > 10)
        ? [trouble(resource, Attempts, 'Batch takes 1 to 10 attempts')]
        : [];
    }),
};
