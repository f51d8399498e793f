import { type Mutation, remove, set } from './changes.ts';

/** Retry strategies and time limits of the default template, each broken in one way, which one rule tells. */
export const retryMutations: readonly Mutation[] = [
  {
    title: 'six retry rules',
    rule: 'retry-count',
    mutate: p => p.retry.EvaluateOnExit.unshift({ Action: 'RETRY', OnReason: 'DockerTimeoutError*' }),
  },
  { title: 'no final EXIT', rule: 'retry-last-rule', mutate: p => p.retry.EvaluateOnExit.pop() },
  {
    title: 'a final EXIT that wants an exit code',
    rule: 'retry-last-rule',
    mutate: p => p.retry.EvaluateOnExit.splice(-1, 1, { Action: 'EXIT', OnExitCode: '*' }),
  },
  {
    title: 'a final RETRY',
    rule: 'retry-last-rule',
    mutate: p => set(p.retry.EvaluateOnExit.at(-1), { Action: 'RETRY' }),
  },
  {
    title: 'EXIT for everything before another rule',
    rule: 'retry-unreachable',
    mutate: p => p.retry.EvaluateOnExit.splice(0, 1, { Action: 'exit', OnStatusReason: '*' }),
  },
  {
    title: 'a star in the middle of a pattern',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[0], { OnStatusReason: 'Host EC2*terminated' }),
  },
  {
    title: 'brackets in a pattern',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[0], { OnStatusReason: 'Host EC2 (instance*' }),
  },
  {
    title: 'a range of exit codes',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[3], { OnExitCode: '70-75' }),
  },
  {
    title: 'a pattern of 600 characters',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[1], { OnReason: 'a'.repeat(600) }),
  },
  { title: 'eleven attempts', rule: 'retry-attempts', mutate: p => set(p.retry, { Attempts: 11 }) },
  { title: 'no attempt', rule: 'retry-attempts', mutate: p => set(p.retry, { Attempts: 0 }) },
  { title: 'rules without attempts', rule: 'retry-attempts', mutate: p => remove(p.retry, 'Attempts') },
  {
    title: 'out of memory is retried',
    rule: 'retry-out-of-memory',
    mutate: p => set(p.retry.EvaluateOnExit[3], { OnExitCode: '137' }),
  },
  {
    title: 'a timeout of 30 s',
    rule: 'timeout-short',
    mutate: p => set(p.job.Timeout, { AttemptDurationSeconds: 30 }),
  },
  { title: 'no timeout', rule: 'timeout-missing', mutate: p => remove(p.job, 'Timeout') },
];
