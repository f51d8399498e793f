import { actionOf, isDecided, matchesAll, retries } from '../reading/retries.ts';
import { type Fields, text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const retryLastRule: Rule = {
  id: 'retry-last-rule',
  what: 'the last retry rule ends all that no other matches: Batch retries those, so a tool’s own failure runs as often as attempts allow',
  source: batchGuide('job_retries'),
  fix: 'as the last rule { "Action": "EXIT", "OnReason": "*" }',
  check: template =>
    retries(template).flatMap(({ resource, rules }) => {
      const last = rules.at(-1)!;
      if (!isDecided(last) || (matchesAll(last) && actionOf(last) === 'EXIT')) return [];
      return [trouble(resource, describe(last), 'what no rule matches is retried')];
    }),
};

const describe = (rule: Fields): string =>
  Object.entries(rule)
    .map(([name, value]) => (name === 'Action' ? text(value) : `${name} ${text(value)}`))
    .join(' ');
