import type { StackState } from '../../contract/ports/stack.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Context } from '../context.ts';
import { explainFailures } from './explain-failure.ts';
import { again, type Target } from './target.ts';

/** Whether a deploy makes the stack: there is none, or only one that was never made, which cdk deletes first. */
export const isNew = (stack: StackState | undefined): boolean =>
  stack === undefined || /^(ROLLBACK_COMPLETE|REVIEW_IN_PROGRESS|DELETE_COMPLETE)$/.test(stack.status);

/** Says what a stack's state means for a deploy. Throws LabError where it cannot be deployed over. */
export async function checkState(context: Context, target: Target, stack: StackState): Promise<void> {
  const { status } = stack;
  if (/^(REVIEW_IN_PROGRESS|DELETE_COMPLETE)$/.test(status)) return;
  const refusal = refusals(target).find(([pattern]) => pattern.test(status));
  const isBad = refusal !== undefined || /FAILED|^ROLLBACK_COMPLETE$/.test(status);
  const failures = isBad
    ? explainFailures(await target.aws.stacks.failures(stack.id), target.config.region)
    : [];
  if (refusal)
    throw new LabError([
      { where: target.stack, message: `is ${status}: ${refusal[1]}`, fix: refusal[2] },
      ...failures,
    ]);
  if (!isBad) return;
  context.say(
    status === 'ROLLBACK_COMPLETE'
      ? `${target.stack} is ROLLBACK_COMPLETE: it was never made whole; cdk deletes it and makes it anew. What failed:`
      : `${target.stack} is ${status}; this deploy goes over it. What failed:`,
  );
  for (const { where, message } of failures) context.say(`  ${where}: ${message}`);
}

const ongoing = 'somebody deploys it, or a deploy that was interrupted goes on by itself';

type Refusal = readonly [status: RegExp, what: string, fix: string];

const refusals = (target: Target): readonly Refusal[] => {
  const { region } = target.config;
  const wait = (word: string): string =>
    `aws cloudformation wait stack-${word}-complete --region ${region} --stack-name ${target.stack}`;
  return [
    [
      /^UPDATE_ROLLBACK_FAILED$/,
      'an update failed, and so did the way back',
      `npx cdk rollback ${target.stack} (--orphan LOGICAL_ID leaves out what cannot go back), then ${again(target, 'deploy')}`,
    ],
    [
      /^(DELETE_FAILED|ROLLBACK_FAILED)$/,
      'it could not be deleted',
      `${again(target, 'destroy')} says what is in the way`,
    ],
    [/^DELETE_IN_PROGRESS$/, 'it is being deleted', `${wait('delete')}, then ${again(target, 'deploy')}`],
    [
      /^ROLLBACK_IN_PROGRESS$/,
      'it is being undone',
      `wait for it (npx cdk deploy waits too), then ${again(target, 'deploy')}`,
    ],
    [/^CREATE_IN_PROGRESS$/, ongoing, `${wait('create')}, then ${again(target, 'deploy')}`],
    [/^UPDATE_ROLLBACK.*_IN_PROGRESS$/, ongoing, `${wait('rollback')}, then ${again(target, 'deploy')}`],
    [/_IN_PROGRESS$/, ongoing, `${wait('update')}, then ${again(target, 'deploy')}`],
  ];
};
