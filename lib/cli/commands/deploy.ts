import { errorName } from '../../aws/sdk-error.ts';
import { secretName } from '../../config/resolve-mounts.ts';
import type { StackState } from '../../contract/ports/stack.ts';
import { imageStage } from '../../contract/workload/baked-image.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { hasSecret } from '../../contract/workload/mount.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { lookAhead, refuseAtRisk } from '../stack/deploy-guard.ts';
import { checkState, isNew } from '../stack/deploy-state.ts';
import { explainFailures } from '../stack/explain-failure.ts';
import { checkInstanceTypes } from '../stack/offered-types.ts';
import { settleOutputBucket } from '../stack/reattach.ts';
import { ofType } from '../stack/stack-view.ts';
import { drain } from '../stack/stop-jobs.ts';
import { again, readTarget, type Target } from '../stack/target.ts';

export const deploy: Command = {
  name: 'deploy',
  group: 'lab',
  summary: 'cdk deploy, once it is sure that no data is left aside and no job is lost',
  usage: '[--drain | --anyway] [--new-bucket] [options of cdk deploy]',
  options: {
    drain: { type: 'boolean', describe: 'where hosts are replaced: wait for the jobs that there are first' },
    anyway: { type: 'boolean', describe: 'do not ask what runs' },
    'new-bucket': {
      type: 'boolean',
      describe: 'a new lab: do not go on with the output bucket of an earlier one',
    },
  },
  passesOn: true,
  examples: ['npm run deploy', 'npm run deploy -- --require-approval never', 'npm run deploy -- --drain'],
  async run(context, args) {
    if (args.flag('drain') && args.flag('anyway'))
      throw new LabError({
        where: '--drain --anyway',
        message: 'say different things',
        fix: '--drain waits for the jobs, --anyway does not look at them',
      });
    const target = await readTarget(context, args, 'deploy');
    if (!args.flag('anyway')) await checkInstanceTypes(context, target);
    let stack: StackState | undefined;
    try {
      stack = await looked(target.stack, () => target.aws.stacks.read(target.stack));
    } catch (error) {
      if (!args.flag('anyway') || !(error instanceof LabError)) throw error;
      context.say(`what is there was not looked at: ${error.problems[0]!.message}`);
      return runDeploy(context, target);
    }
    if (stack) await checkState(context, target, stack);
    if (stack && !isNew(stack)) return update(context, args, target, stack);
    await settleOutputBucket(context, target, args.flag('new-bucket'));
    await checkSecrets(target, stack);
    return runDeploy(context, target);
  },
};

/** Whoever may only take on cdk's own roles cannot look, and says with --anyway that they know. */
async function looked<T>(stack: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new LabError(
      {
        where: stack,
        message: `cannot be looked at: ${(error as Error).message}`,
        fix: 'use an identity that may (docs/deploy-and-destroy.md lists the rights), or deploy without looking: --anyway',
      },
      exitCodes.service,
    );
  }
}

const isDenied = (error: unknown): boolean => /AccessDenied|NotAuthorized/.test(errorName(error));

/** A stack that is there: nothing that runs is lost. */
async function update(context: Context, args: Args, target: Target, stack: StackState): Promise<number> {
  if (args.flag('anyway')) return runDeploy(context, target);
  const outlook = await looked(target.stack, () => lookAhead(context, target, stack, args.flag('drain')));
  if (!args.flag('drain')) {
    refuseAtRisk(outlook, target, context.now().getTime());
    const code = await runDeploy(context, target);
    await tellClosed(context, target);
    return code;
  }
  try {
    if (outlook.queues.length === 0) context.say('no hosts are replaced: nothing to wait for');
    else if ((await drain(context, target.aws, outlook.queues)) === 'interrupted') {
      context.say(
        `\ninterrupted; nothing was changed, and the same call goes on\nNext: ${again(target, 'deploy', '--drain')}`,
      );
      return exitCodes.interruptedByUser;
    }
    return await runDeploy(context, target);
  } finally {
    await openQueues(context, target);
  }
}

/** Every queue of the stack takes jobs again, those too that an earlier call closed and was killed. */
async function openQueues(context: Context, target: Target): Promise<void> {
  try {
    for (const queue of await closed(target)) await target.aws.queues.setState(queue, 'ENABLED');
  } catch (error) {
    context.say(`the queues could not be opened again: ${(error as Error).message}`);
    await tellClosed(context, target);
  }
}

async function tellClosed(context: Context, target: Target): Promise<void> {
  for (const queue of await closed(target).catch(() => []))
    context.say(
      `queue ${queue} takes no jobs: aws batch update-job-queue --region ${target.config.region} --state ENABLED --job-queue ${queue}`,
    );
}

async function closed({ aws, stack }: Target): Promise<readonly string[]> {
  const queues = ofType(await aws.stacks.resources(stack), 'AWS::Batch::JobQueue');
  const states = await aws.queues.describe(queues.map(each => each.physicalId!));
  return states.filter(each => each.state === 'DISABLED').map(each => each.name);
}

/** A secret of a name that the new stack gives would fail it after minutes. */
async function checkSecrets({ aws, config }: Target, stack: StackState | undefined): Promise<void> {
  // What a failed first try made goes with it.
  if (stack) return;
  const wanted = Object.entries(config.datasets)
    .filter(([, each]) => hasSecret(each.access) && !each.existingSecret)
    .map(([name]) => secretName(config.name, name));
  if (wanted.length === 0) return;
  const there = await aws.inventory.secrets(config.name).catch(() => []);
  const taken = there.filter(each => wanted.includes(each.name));
  if (taken.length === 0) return;
  throw new LabError(
    taken.map(({ name, deletedAt }) => ({
      where: `secret ${name}`,
      message: deletedAt ? 'is being deleted, and its name is taken until it is gone' : 'is there already',
      fix: deletedAt
        ? `aws secretsmanager delete-secret --region ${config.region} --force-delete-without-recovery --secret-id ${name}, then deploy again`
        : `existingSecret: '${name}' in its dataset, or delete it`,
    })),
  );
}

const bakesImages = ({ config }: Target): boolean => Object.keys(config.bakedImages).length > 0;

/** cdk deploy with what the person gave it; its exit code in our words. */
async function runDeploy(context: Context, target: Target): Promise<number> {
  // Pipelines of machine images come first: the lab's pools ask for their parameters. What they bake is waited for by nobody.
  const images = bakesImages(target) ? await target.cdk('deploy', `${imageStage}/*`, ...target.rest) : 0;
  const code = images === 0 ? await target.cdk('deploy', ...target.rest) : images;
  if (code === 0) {
    sayNext(context, target);
    return exitCodes.ok;
  }
  if (context.signal.aborted || code === exitCodes.interruptedByUser) {
    context.say(
      `\ninterrupted; what CloudFormation has begun, it ends by itself\nNext: ${again(target, 'deploy')}`,
    );
    return exitCodes.interruptedByUser;
  }
  const after = await target.aws.stacks.read(target.stack).catch(() => undefined);
  const failures =
    after && /ROLLBACK|FAILED/.test(after.status)
      ? explainFailures(await target.aws.stacks.failures(after.id).catch(() => []), target.config.region)
      : [];
  throw new LabError(
    [
      {
        where: 'cdk deploy',
        message: `ended with exit code ${code}${after ? `; the stack is ${after.status}` : ''}`,
        fix: `mend what it says, then ${again(target, 'deploy')}`,
      },
      ...failures,
    ],
    exitCodes.service,
  );
}

function sayNext(context: Context, { config }: Target): void {
  const [unfilled] = Object.entries(config.datasets).find(
    ([, each]) => hasSecret(each.access) && !each.existingSecret,
  ) ?? [undefined];
  const submit = `npx lab submit ${Object.keys(config.workloads).find(name => config.workloads[name]!.enabled) ?? ''} --help`;
  if (unfilled !== undefined)
    context.say(`keys of dataset ${unfilled}, where they are not filled yet, come first; then ${submit}`);
  context.say(`Next: ${unfilled === undefined ? submit : `npx lab secret set ${unfilled}`}`);
}
