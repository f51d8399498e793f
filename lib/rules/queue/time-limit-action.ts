import { timeLimits } from '../reading/time-limits.ts';
import { text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const timeLimitAction: Rule = {
  id: 'time-limit-action',
  what: 'what a queue does to jobs that wait too long is CANCEL of RUNNABLE ones: TERMINATE, which CDK and the schema take, is for SageMaker alone',
  source: batchApi('JobStateTimeLimitAction'),
  fix: 'Action: CANCEL, State: RUNNABLE',
  check: template =>
    timeLimits(template).flatMap(({ queue, action: { Action, State } }) =>
      [
        { value: Action, wanted: 'CANCEL' },
        { value: State, wanted: 'RUNNABLE' },
      ]
        .filter(({ value, wanted }) => text(value) !== undefined && text(value) !== wanted)
        .map(({ value, wanted }) => trouble(queue, value, `Batch only takes ${wanted}`)),
    ),
};
