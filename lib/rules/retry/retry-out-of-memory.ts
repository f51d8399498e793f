import { actionOf, retries } from '../reading/retries.ts';
import { text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const retryOutOfMemory: Rule = {
  id: 'retry-out-of-memory',
  what: 'a job that ran out of memory is not tried again with as much: it costs every attempt and ends the same',
  source: batchGuide('job_retries'),
  fix: 'leave it to the last rule, and submit again with more memory',
  check: template =>
    retries(template).flatMap(({ resource, rules }) =>
      rules.flatMap(rule => {
        const why = [text(rule.OnExitCode), text(rule.OnReason)].find(pattern =>
          /^(137\*?|OutOfMemory.*)$/.test(pattern ?? ''),
        );
        return why && actionOf(rule) === 'RETRY'
          ? [trouble(resource, why, 'retries a job that was killed for its memory, with the same memory')]
          : [];
      }),
    ),
};
