import { patternNames, retries } from '../reading/retries.ts';
import { text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

/** At most one `*`, at the end. */
const legal = {
  OnExitCode: /^(\d+\*?|\*)$/,
  OnReason: /^([A-Za-z0-9.:\s]+\*?|\*)$/,
  OnStatusReason: /^([A-Za-z0-9.:\s]+\*?|\*)$/,
} as const;

export const retryPattern: Rule = {
  id: 'retry-pattern',
  what: 'patterns of retry rules only hold what Batch takes: letters, digits, . : and blanks (exit codes: digits), a * at the end, 512 characters',
  source: batchApi('EvaluateOnExit'),
  fix: 'cut the pattern before the first other character and end it with *',
  check: template =>
    retries(template).flatMap(({ resource, rules }) =>
      rules.flatMap(rule =>
        patternNames.flatMap(name => {
          const pattern = text(rule[name]);
          return pattern === undefined || (legal[name].test(pattern) && pattern.length <= 512)
            ? []
            : [trouble(resource, pattern, `Batch refuses this pattern in ${name}`)];
        }),
      ),
    ),
};
