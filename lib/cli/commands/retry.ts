import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Item, RunRequest } from '../../contract/workload/workload.ts';
import { planRound } from '../../plan/plan-round.ts';
import { closeRound } from '../../runs/close-round.ts';
import { storeRound } from '../../runs/store-round.ts';
import { submitRound } from '../../runs/submit-round.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { memoryMiB, seconds, wholeNumber } from '../input/parse-args.ts';
import { counted } from '../output/output.ts';
import { type OpenRun, openRun } from '../run-lookup.ts';
import { followRun } from '../watch/follow.ts';

export const retry: Command = {
  name: 'retry',
  summary: 'run again exactly what is not done',
  usage: '[run] [--failed] [--memory x2] [--pool POOL]',
  options: {
    failed: { type: 'boolean', describe: 'only items that failed, not those that were cancelled' },
    memory: { type: 'string', value: 'SIZE', describe: 'x2, 120000 (MiB) or 120GiB' },
    vcpus: { type: 'string', value: 'N', describe: 'vCPUs a shard' },
    timeout: { type: 'string', value: 'TIME', describe: '3600, 90m, 10h' },
    attempts: { type: 'string', value: 'N', describe: '1 to 10' },
    pool: { type: 'string', value: 'POOL', describe: 'another pool' },
    parallel: { type: 'string', value: 'N', describe: 'at most N shards at once' },
    'items-per-shard': { type: 'string', value: 'N', describe: 'cut anew' },
    wait: { type: 'boolean', describe: 'watch it to its end' },
  },
  examples: ['lab retry', 'lab retry 3f9a2c --memory x2 --wait'],
  run: retryRun,
};

async function retryRun(context: Context, args: Args): Promise<number> {
  const open = await openRun(context, args);
  const { runId } = open.run;
  const next = await submitRetry(context, open, args);
  if (!next) return exitCodes.ok;
  if (context.json) context.print(JSON.stringify({ event: 'submitted', run: runId, ...next }));
  else context.print(runId);
  if (!args.flag('wait') && !open.connection.ownTwin) {
    context.say(`Next: npx lab watch ${runId}${context.suffix}`);
    return exitCodes.ok;
  }
  return followRun(context, open);
}

/** Submits the next round of a run and says so: its number and how many items it has. Undefined where all are done. */
export async function submitRetry(
  context: Context,
  open: OpenRun,
  args: Args,
): Promise<{ readonly round: number; readonly items: number } | undefined> {
  const { run, spec, items, connection } = open;
  const current = run.rounds.at(-1);
  if (!current)
    throw new LabError({
      where: run.runId,
      message: 'was never submitted',
      fix: `lab submit --resume ${run.runId}`,
    });

  // The request is checked before the round is closed, so that a refused retry changes nothing.
  const request = changedRequest(run.request.request, current.steps[0]!.memoryMiB, args);
  const config = await context.config();
  const input = {
    spec,
    config,
    request,
    runId: run.runId,
    round: run.rounds.length,
    now: context.now(),
    queues: connection.deployment.map.queues,
  };
  planRound({ ...input, itemsByStep: Object.fromEntries(spec.steps.map(step => [step.name, items])) });

  const before = await open.ledger();
  if (!before.ended) {
    throw new LabError(
      {
        where: run.runId,
        message: `${before.counts.running} are running and ${before.counts.waiting} waiting`,
        fix: `lab watch ${run.runId}, or lab cancel ${run.runId} first`,
      },
      exitCodes.notDone,
    );
  }
  for (const plan of run.rounds) {
    const underWay = await closeRound(connection, plan);
    if (underWay.length > 0) {
      throw new LabError(
        {
          where: run.runId,
          message: `job ${underWay[0]!.jobId} has not ended`,
          fix: `lab watch ${run.runId}`,
        },
        exitCodes.notDone,
      );
    }
  }
  const itemsByStep = await notDone(open, args.flag('failed'));
  if (Object.keys(itemsByStep).length === 0) {
    const { counts } = await open.ledger();
    if (counts.done < items.length) {
      context.say(
        `nothing to retry: none has failed, and ${counts.cancelled} are cancelled\nNext: npx lab retry ${run.runId}${context.suffix}`,
      );
      return undefined;
    }
    context.say(
      `nothing to retry: all ${counted(items.length, spec.item)} are done\nNext: npx lab fetch ${run.runId}${context.suffix}`,
    );
    return undefined;
  }
  const round = planRound({ ...input, itemsByStep });
  await storeRound(connection.store, round.plan, round.files);
  await submitRound(connection, round.plan);
  const names = new Set(Object.values(itemsByStep).flatMap(list => list.map(item => item.name)));
  context.say(`round ${round.plan.round}: ${counted(names.size, spec.item)} again`);
  return { round: round.plan.round, items: names.size };
}

/** By step, the items that are not done in it; read after the rounds were closed, so it is final. */
async function notDone(
  { spec, items, ledger }: OpenRun,
  failedOnly: boolean,
): Promise<Record<string, readonly Item[]>> {
  const { doneByStep, rows } = await ledger();
  const failed = new Set(rows.filter(row => row.state === 'failed').map(row => row.name));
  const byStep: Record<string, readonly Item[]> = {};
  for (const step of spec.steps) {
    const open = items.filter(
      item => !doneByStep[step.name]?.has(item.name) && (!failedOnly || failed.has(item.name)),
    );
    // A step for the whole run is done again over all of it.
    if (open.length > 0) byStep[step.name] = step.takes === 'run' ? items : open;
  }
  return byStep;
}

function changedRequest(request: RunRequest, current: number, args: Args): RunRequest {
  const changes = {
    memoryMiB: memoryMiB(args, 'memory', current),
    vcpus: wholeNumber(args, 'vcpus'),
    timeoutSeconds: seconds(args, 'timeout'),
    attempts: wholeNumber(args, 'attempts'),
    parallel: wholeNumber(args, 'parallel'),
    itemsPerShard: wholeNumber(args, 'items-per-shard'),
    pool: args.text('pool'),
  };
  // A number of shards was meant for all items; what is left of them is cut by items.
  const { shards: _shards, ...rest } = request;
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
}
