import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RetryChanges } from '../../runs/retry-request.ts';
import { type PlannedRetry, planRetry, startRetry } from '../../runs/retry-run.ts';
import type { RetryChoice } from '../../runs/work-left.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { seconds, wholeNumber } from '../input/parse-args.ts';
import { memoryChanges } from '../input/sizes.ts';
import { type ConnectedRun, openedRunAndItems } from '../open.ts';
import { sameCommand, shellWord } from '../output/command-line.ts';
import { allOf, counted, numberText } from '../output/output.ts';
import { planText } from '../output/plan-text.ts';
import { readCauses } from '../read-causes.ts';
import { namesOfRound, partOf, partOptions } from '../run-part.ts';
import { runWorld } from '../run-world.ts';
import { followRun } from '../watch/follow.ts';

export const retry: Command = {
  name: 'retry',
  group: 'runs',
  summary: 'run again exactly what is not done',
  usage: '[run] [item…] [--failed] [--memory x2] [--pool POOL]',
  options: {
    failed: { type: 'boolean', describe: 'only items that failed, not those that were cancelled' },
    cause: { type: 'string', value: 'CAUSE', describe: 'only what failed of this cause of lab why' },
    step: {
      type: 'string',
      value: 'STEP',
      describe: 'only what is not done in this step, and what is made from it',
    },
    round: { ...partOptions.round, describe: 'only items that this round had, from 0' },
    partial: { type: 'boolean', describe: 'what is done with something missing, too' },
    memory: {
      type: 'string',
      value: 'SIZE',
      multiple: true,
      describe: 'x2 of what each step had, 120GiB; or STEP=SIZE',
    },
    vcpus: { type: 'string', value: 'N', describe: 'vCPUs a shard' },
    timeout: { type: 'string', value: 'TIME', describe: '3600, 90m, 10h' },
    attempts: { type: 'string', value: 'N', describe: '1 to 10' },
    pool: { type: 'string', value: 'POOL', describe: 'another pool' },
    parallel: { type: 'string', value: 'N', describe: 'at most N shards at once' },
    'items-per-shard': { type: 'string', value: 'N', describe: 'cut anew' },
    'dry-run': { type: 'boolean', describe: 'print the plan and stop' },
    wait: { type: 'boolean', describe: 'watch it to its end' },
  },
  examples: [
    'lab retry',
    'lab retry 3f9a2c --memory x2 --wait',
    'lab retry latest sub-006 --memory run=120GiB',
  ],
  run: retryRun,
};

async function retryRun(context: Context, args: Args): Promise<number> {
  const { open, names: given } = await openedRunAndItems(context, args);
  const { step, round } = partOf(args, open);
  const cause = args.text('cause');
  const names = common(
    [
      ...(given.length > 0 ? [given] : []),
      ...(cause === undefined ? [] : [await namesOfCause(context, open, cause)]),
      ...(round === undefined ? [] : [await namesOfRound(open, round)]),
    ],
    name => open.items.has(name),
  );
  if (names?.length === 0) {
    if (context.json) context.print(JSON.stringify({ event: 'nothing to retry', run: open.run.runId }));
    context.say(
      `nothing to retry: no ${open.spec.item.one} is all of what was asked for\nNext: npx lab status ${open.run.runId}${context.suffix}`,
    );
    return exitCodes.ok;
  }
  const choice = {
    failedOnly: args.flag('failed'),
    partial: args.flag('partial'),
    ...(names ? { names } : {}),
    ...(step === undefined ? {} : { step }),
  };
  const next = await submitRetry(context, open, choice, readChanges(args), args.flag('dry-run'));
  if (!next) return exitCodes.ok;
  const { runId } = open.run;
  if (context.json) context.print(JSON.stringify({ event: 'submitted', run: runId, ...next }));
  else context.print(runId);
  if (!args.flag('wait') && !open.connection.ownTwin) {
    context.say(`Next: npx lab watch ${runId}${context.suffix}`);
    return exitCodes.ok;
  }
  return followRun(context, open);
}

/** Each choice narrows: what all of them name, or everything where there is none. What nobody knows stays, to be refused. */
function common(
  choices: readonly (readonly string[])[],
  isKnown: (name: string) => boolean,
): readonly string[] | undefined {
  const sets = choices.map(names => new Set(names));
  if (sets.length === 0) return undefined;
  const all = new Set(choices.flat());
  return [...all].filter(name => !isKnown(name) || sets.every(names => names.has(name)));
}

/** Throws LabError for a cause that nothing of the run has failed of. */
async function namesOfCause(context: Context, open: ConnectedRun, id: string): Promise<readonly string[]> {
  const causes = await readCauses(context, open, await open.ledger());
  const found = causes.find(cause => cause.id === id);
  if (found) return found.names;
  throw new LabError({
    where: '--cause',
    message: `nothing of ${open.run.runId} is open of cause ${id}`,
    fix: `npx lab why ${open.run.runId}${context.suffix}`,
  });
}

function readChanges(args: Args): RetryChanges {
  const changes = {
    memory: memoryChanges(args, 'memory'),
    vcpus: wholeNumber(args, 'vcpus'),
    timeoutSeconds: seconds(args, 'timeout'),
    attempts: wholeNumber(args, 'attempts'),
    parallel: wholeNumber(args, 'parallel'),
    itemsPerShard: wholeNumber(args, 'items-per-shard'),
    pool: args.text('pool'),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** Submits the next round of a run and says so: its number and how many items it has. Undefined where nothing was submitted. */
export async function submitRetry(
  context: Context,
  open: ConnectedRun,
  choice: RetryChoice,
  changes: RetryChanges,
  dryRun = false,
): Promise<
  { readonly round: number; readonly items: number; readonly steps: PlannedRetry['steps'] } | undefined
> {
  const { spec, connection } = open;
  const { ledger, retry } = await planRetry(open, choice, changes, await runWorld(context));
  if (!retry) {
    if (context.json)
      context.print(JSON.stringify({ event: 'nothing to retry', run: open.run.runId, ...ledger.counts }));
    sayNothingLeft(context, open, ledger, choice);
    return undefined;
  }
  const { plan } = retry.round;
  if (!context.json) context.io.err.write(planText(context.io.err, spec, plan, retry.items));
  if (dryRun) {
    if (context.json) context.print(JSON.stringify(plan));
    context.say(`nothing was submitted\nNext: ${sameCommand(context.argv, 'dry-run')}`);
    return undefined;
  }
  await startRetry(connection, retry.round);
  const steps = spec.steps.length > 1 ? ` (${stepsText(retry.steps)})` : '';
  context.say(`round ${plan.round}: ${counted(retry.items, spec.item)} again${steps}`);
  return { round: plan.round, items: retry.items, steps: retry.steps };
}

const stepsText = (steps: readonly { readonly step: string; readonly items: number }[]): string =>
  steps.map(({ step, items }) => `${step} ${numberText(items)}`).join(', ');

function sayNothingLeft(
  context: Context,
  { run, spec, items }: ConnectedRun & { readonly spec: WorkloadSpec },
  ledger: Ledger,
  { names, step }: RetryChoice,
): void {
  const { done, partial, cancelled } = ledger.counts;
  const next = (verb: string, more = ''): string =>
    `Next: npx lab ${verb} ${run.runId}${more}${context.suffix}`;
  const lacking = (names ?? []).filter(name => ledger.rows.named(name)?.state === 'partial');
  if (lacking.length > 0 && lacking.length === names?.length && step === undefined)
    context.say(
      `nothing to retry of ${lacking.slice(0, 5).join(', ')}: done with something missing that was allowed to be\n${next('retry', ` ${lacking.map(shellWord).join(' ')} --partial`)}`,
    );
  else if (names !== undefined || step !== undefined) {
    const what = [...(names ?? []).slice(0, 5), ...(step === undefined ? [] : [`step ${step}`])].join(', ');
    context.say(`nothing to retry of ${what}: it is done, or waits for a step before it\n${next('status')}`);
  } else if (done === items.length)
    context.say(`nothing to retry: ${allOf(items.length, spec.item)} done\n${next('fetch')}`);
  else if (done + partial === items.length)
    context.say(
      `nothing to retry: ${numberText(done)} are done, ${numberText(partial)} with something missing that was allowed to be\n${next('retry', ' --partial')}`,
    );
  else
    context.say(
      `nothing to retry: none has failed, and ${numberText(cancelled)} are cancelled\n${next('retry')}`,
    );
}
