import type { StackState } from '../../contract/ports/stack.ts';
import { imageStage } from '../../contract/workload/baked-image.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { openPrompt } from '../input/prompt.ts';
import { audit, auditText, type LabAudit, remember } from '../stack/audit.ts';
import { explainFailures } from '../stack/explain-failure.ts';
import {
  countByState,
  countJobs,
  type Running,
  readRunning,
  runningRows,
  runningTable,
  stateText,
} from '../stack/running.ts';
import { ofType, readStackView, type StackView, sizeText, summarize } from '../stack/stack-view.ts';
import { cancelAll, closeQueues, drain, waitForHosts } from '../stack/stop-jobs.ts';
import { again, readTarget, type Target } from '../stack/target.ts';

export const destroy: Command = {
  name: 'destroy',
  group: 'lab',
  summary: 'take the stack down, keep the data, and say what still costs money',
  usage: '[--drain | --cancel] [--yes] [-- options of cdk destroy]',
  options: {
    drain: { type: 'boolean', describe: 'first wait until the jobs that there are have ended' },
    cancel: { type: 'boolean', describe: 'first end every job' },
    yes: { type: 'boolean', describe: 'do not ask' },
  },
  passesOn: true,
  examples: ['npm run destroy', 'npm run destroy -- --cancel --yes', 'lab destroy --drain --json'],
  async run(context, args) {
    if (args.flag('drain') && args.flag('cancel'))
      throw new LabError({
        where: '--drain --cancel',
        message: 'say different things',
        fix: '--drain waits for the jobs, --cancel ends them',
      });
    const target = await readTarget(context, args, 'destroy');
    const stack = await target.aws.stacks.read(target.stack);
    if (!stack) {
      context.say(
        `there is no stack ${target.stack} in ${target.config.region}; looking for what one may have left`,
      );
      return finish(context, target, undefined);
    }
    if (stack.terminationProtection)
      throw new LabError({
        where: target.stack,
        message: 'is protected against deletion',
        fix: `aws cloudformation update-termination-protection --region ${target.config.region} --no-enable-termination-protection --stack-name ${target.stack}`,
      });
    const view = await readStackView(target.aws.stacks, stack.id);
    await show(context, target, stack, view);
    const queues = ofType(view.goes, 'AWS::Batch::JobQueue').map(each => each.physicalId!);
    const running = await readRunning(target.aws.queues, queues);
    const jobs = countJobs(running);
    context.io.err.write(runningTable(context.io.err, running));
    if (!args.flag('drain') && !args.flag('cancel')) refuseRunning(context, target, running);
    if (!args.flag('yes')) await confirm(context, target, args.flag('cancel') ? jobs : 0);
    const isStopped =
      (await stopJobs(context, args, target, queues)) &&
      (await waitForHosts(context, target.aws, queues)) === 'done';
    if (!isStopped) return interrupted(context, target, args);
    return destroyStack(context, args, target, stack, view);
  },
};

/** Throws LabError where jobs have not ended. */
function refuseRunning(context: Context, target: Target, running: readonly Running[]): void {
  if (countJobs(running) === 0) return;
  const { config, stack } = target;
  if (context.json) context.print(JSON.stringify({ lab: config.name, stack, running: runningRows(running) }));
  throw new LabError(
    {
      where: stack,
      message: `jobs have not ended: ${stateText(countByState(running))}; nothing was changed`,
      fix: `${again(target, 'destroy', '--drain')} waits for them; ${again(target, 'destroy', '--cancel')} ends them`,
    },
    exitCodes.toMend,
  );
}

async function show(context: Context, target: Target, stack: StackState, view: StackView): Promise<void> {
  const { config } = target;
  const say = (what: string, text: string): void => context.say(`${what.padEnd(6)} ${text}`);
  context.say(`lab ${config.name} in ${config.region}: stack ${target.stack} (${stack.status})`);
  say('goes', summarize(view.goes));
  for (const secret of ofType(view.goes, 'AWS::SecretsManager::Secret'))
    say(
      'goes',
      `secret ${nameOfSecret(secret.physicalId!)} with its value, for good: CloudFormation keeps no way back`,
    );
  for (const each of view.stays) {
    const name = each.physicalId ?? each.logicalId;
    const size = each.type === 'AWS::S3::Bucket' ? await sizeText(target.aws.inventory, name) : '';
    say('stays', `${noun(each.type)} ${name}${size ? ` (${size})` : ''}`);
  }
  if (config.existingOutputBucket)
    say('stays', `bucket ${config.existingOutputBucket}, which is not the stack’s`);
  for (const { existingSecret } of Object.values(config.datasets))
    if (existingSecret) say('stays', `secret ${existingSecret}, which is not the stack’s`);
  if (stack.status === 'DELETE_FAILED')
    for (const problem of explainFailures(await target.aws.stacks.failures(stack.id), config.region))
      say('before', `${problem.where} did not go: ${problem.message}`);
}

/** `arn:aws:secretsmanager:us-east-1:1:secret:arraylab/lab/hcp-Ab12Cd` → `arraylab/lab/hcp`. */
const nameOfSecret = (arn: string): string =>
  arn
    .split(':secret:')
    .at(-1)!
    .replace(/-[A-Za-z0-9]{6}$/, '');

const noun = (type: string): string =>
  ({
    'AWS::S3::Bucket': 'bucket',
    'AWS::Logs::LogGroup': 'log group',
    'AWS::KMS::Key': 'key',
    'AWS::IAM::ManagedPolicy': 'policy of members',
  })[type] ?? type.split('::').at(-1)!;

async function confirm(context: Context, target: Target, ending: number): Promise<void> {
  if (!context.stdin.isTTY)
    throw new LabError({
      where: 'lab destroy',
      message: `takes ${target.stack} down`,
      fix: 'say so with --yes',
    });
  const prompt = openPrompt(context, 'lab destroy');
  try {
    const also = ending > 0 ? ` and end ${counted(ending, 'job')}` : '';
    const answer = await prompt.ask(`destroy${also}? Type the lab’s name, ${target.config.name}: `);
    if (answer.trim() !== target.config.name)
      throw new LabError({ where: 'lab destroy', message: 'that is not the name; nothing was changed' });
  } finally {
    prompt.close();
  }
}

/** Closes the queues and ends or awaits what is in them. False when Ctrl-C came. */
async function stopJobs(
  context: Context,
  args: Args,
  target: Target,
  queues: readonly string[],
): Promise<boolean> {
  const { aws, config } = target;
  if (args.flag('cancel'))
    return (await cancelAll(context, aws, queues, `lab ${config.name} is destroyed`)) === 'done';
  if (args.flag('drain')) return (await drain(context, aws, queues)) === 'done';
  // Nothing that is submitted from now on may start while its hosts are taken away.
  const closed = await closeQueues(context, aws, queues);
  if (context.signal.aborted) return false;
  const running = await readRunning(aws.queues, queues);
  if (countJobs(running) > 0) {
    // Submitted while the question was open.
    for (const queue of closed) await aws.queues.setState(queue, 'ENABLED');
    refuseRunning(context, target, running);
  }
  return true;
}

function interrupted(context: Context, target: Target, args: Args): number {
  const how = ['drain', 'cancel', 'yes'].filter(name => args.flag(name)).map(name => `--${name}`);
  context.say(
    '\ninterrupted; the stack is as it was, but for its queues, which take no new jobs until it is deployed with --drain; the same call goes on',
  );
  context.say(`Next: ${again(target, 'destroy', ...how)}`);
  return exitCodes.interruptedByUser;
}

async function destroyStack(
  context: Context,
  args: Args,
  target: Target,
  stack: StackState,
  view: StackView,
): Promise<number> {
  const code = await target.cdk('destroy', target.stack, '--force', ...args.rest);
  const after = await target.aws.stacks.read(stack.id);
  const isGone = !after || after.status === 'DELETE_COMPLETE';
  // Machine images are kept by nobody once the lab is gone; those that were baked are found, and told, by what still costs money.
  if (isGone && Object.keys(target.config.bakedImages).length > 0)
    await target.cdk('destroy', `${imageStage}/*`, '--force', ...args.rest);
  if (isGone) return finish(context, target, view);
  if (context.signal.aborted || code === exitCodes.interruptedByUser) {
    context.say(
      `\ninterrupted; CloudFormation goes on by itself (the stack is ${after.status})\nNext: ${again(target, 'destroy')}`,
    );
    return exitCodes.interruptedByUser;
  }
  const failures =
    after.status === 'DELETE_FAILED'
      ? explainFailures(await target.aws.stacks.failures(stack.id), target.config.region)
      : [];
  if (context.json)
    context.print(
      JSON.stringify({ lab: target.config.name, stack: target.stack, status: after.status, failures }),
    );
  throw new LabError(
    [
      {
        where: target.stack,
        message:
          after.status === 'DELETE_FAILED'
            ? 'is not gone: what follows could not be deleted'
            : `is still there (${after.status}), and cdk destroy ended with exit code ${code}; its queues take no new jobs`,
        fix: `${again(target, 'destroy')} goes on; ${again(target, 'deploy', '--drain')} opens the queues again`,
      },
      ...failures,
    ],
    exitCodes.leftBehind,
  );
}

/** Looks at what is there without the stack, tells it, and answers the exit code. */
async function finish(context: Context, target: Target, gone: StackView | undefined): Promise<number> {
  const { aws, config } = target;
  context.say('looking for what still costs money …');
  const found = await audit(context, aws, config.name, await remember(aws, target.stack, gone));
  if (context.json)
    context.print(JSON.stringify({ lab: config.name, stack: target.stack, status: 'gone', ...found }));
  else context.io.out.write(auditText(context, found, config.region));
  return verdict(context, target, found);
}

function verdict(context: Context, target: Target, { stays, left, unchecked }: LabAudit): number {
  if (left.length > 0) {
    context.say(
      `the stack is gone, and ${left.length} ${left.length === 1 ? 'thing is' : 'things are'} left behind; once the commands above have been run, the same call looks again\nNext: ${again(target, 'destroy')}`,
    );
    return exitCodes.leftBehind;
  }
  if (unchecked.length > 0) {
    context.say(
      `the stack is gone; whether anything is left cannot be said: ${counted(unchecked.length, { one: 'kind of things was', many: 'kinds of things were' })} not checked; an identity that may look can give the same call\nNext: ${again(target, 'destroy')}`,
    );
    return exitCodes.service;
  }
  const kept =
    stays.length > 0 ? `; ${stays.length} ${stays.length === 1 ? 'thing stays' : 'things stay'}` : '';
  context.say(
    `the stack is gone, and nothing of it is left behind${kept}; a deploy makes the lab anew\nNext: npm run deploy`,
  );
  return exitCodes.ok;
}
