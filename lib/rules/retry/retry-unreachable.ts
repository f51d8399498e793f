import { isDecided, matchesAll, retries } from '../reading/retries.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const retryUnreachable: Rule = {
  id: 'retry-unreachable',
  what: 'a retry rule for everything is the last one: those after it are never looked at',
  source: batchGuide('job_retries'),
  fix: 'put the rule with * last',
  check: template =>
    retries(template).flatMap(({ resource, rules }) => {
      const at = rules.findIndex(rule => isDecided(rule) && matchesAll(rule));
      return at >= 0 && at < rules.length - 1
        ? [
            trouble(
              resource,
              `rule ${at + 1} of ${rules.length}`,
              'matches everything, so no later rule counts',
            ),
          ]
        : [];
    }),
};
