import { retries } from '../reading/retries.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const retryCount: Rule = {
  id: 'retry-count',
  what: 'a retry strategy has at most five rules',
  source: batchApi('RetryStrategy'),
  fix: 'join rules: one pattern with * at its end can stand for several',
  check: template =>
    retries(template).flatMap(({ resource, rules }) =>
      rules.length > 5 ? [trouble(resource, rules.length, 'Batch takes five rules')] : [],
    ),
};
