import type { RoundPlan } from '../contract/run/run.ts';
import { gather, LabError, refuse } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import type { Entry } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { unsentText } from '../ledger/unsent.ts';
import { type PlannedRound, planRound, requestProblems } from '../plan/plan-round.ts';
import { groupsByCause } from './by-cause.ts';
import { closeRound } from './close-round.ts';
import type { LabPorts, RunWorld } from './lab-ports.ts';
import type { OpenedRun } from './open-run.ts';
import { type RetryChanges, retryRequest } from './retry-request.ts';
import { storeRound } from './store-round.ts';
import { neverSubmitted } from './stored-run.ts';
import { submitRound } from './submit-round.ts';
import { namesBehind, type RetryChoice, workLeft } from './work-left.ts';

export interface PlannedRetry {
  readonly round: PlannedRound;
  /** Items of the run that it is about. */
  readonly items: number;
  /** How many items of which step are done again. */
  readonly steps: readonly { readonly step: string; readonly items: number }[];
}

/**
 * The next round of a run, as data: exactly what is not done, with what was made from it. Undefined where there is nothing
 * to do. Rounds are closed before it is read what is left, so that it is final; a refused retry changes nothing. Throws
 * LabError: something of it is under way, or the request is wrong.
 */
export async function planRetry(
  open: OpenedRun,
  choice: RetryChoice,
  changes: RetryChanges,
  world: Pick<RunWorld, 'config' | 'now' | 'usdPerHour'>,
): Promise<{ readonly ledger: Ledger; readonly retry?: PlannedRetry }> {
  const { run, spec, items, connection } = open;
  if (run.request.request.open)
    throw new LabError({
      where: run.runId,
      message: `takes its ${spec.item.many} from a workflow, which tries them again by itself and alone takes their results`,
      fix: 'start the workflow again with the same command (docs/pypeliner.md)',
    });
  if (run.rounds.length === 0) throw neverSubmitted(run);
  const sizes = {
    spec,
    config: world.config,
    request: retryRequest(spec, run.rounds, changes),
    queues: connection.deployment.map.queues,
  };
  const told = gather();
  await told.ask(() => refuse(requestProblems(sizes)));
  await told.ask(() => checkNames(open, choice));
  await told.ask(() => checkStep(spec, choice.step));
  told.refuse();
  const before = await open.ledger();
  if (before.ended) await closeAll(open);
  else refuseUnderWay(open, before, choice);

  const ledger = before.ended ? await open.ledger({ anew: true }) : before;
  const left = workLeft(spec, ledger, choice);
  const names = Object.keys(left);
  if (names.length === 0) return { ledger };
  const round = planRound({
    ...sizes,
    runId: run.runId,
    round: run.rounds.length,
    now: world.now(),
    ...canaryLeft(run.rounds, left),
    ...(world.usdPerHour ? { usdPerHour: world.usdPerHour } : {}),
    work: Object.fromEntries(
      Object.entries(left).map(([step, entries]) => [
        step,
        groupsByCause(sizes, spec.steps.find(each => each.name === step)!, entries, changes),
      ]),
    ),
  });
  const about = new Set<string>();
  for (const entries of Object.values(left))
    for (const { item } of entries) if (items.has(item.of ?? item.name)) about.add(item.of ?? item.name);
  return {
    ledger,
    retry: {
      round,
      items: about.size,
      steps: round.plan.steps.map(step => ({ step: step.name, items: step.items })),
    },
  };
}

/** What of a canary is not done, where it still holds others: it goes first again. */
function canaryLeft(
  rounds: readonly RoundPlan[],
  left: Readonly<Record<string, readonly Entry[]>>,
): { readonly canary?: readonly string[] } {
  const names = new Set(rounds.at(-1)?.canary);
  const open = new Set<string>();
  let isHolding = false;
  for (const { item, attempts } of Object.values(left).flat()) {
    const name = item.of ?? item.name;
    if (names.has(name)) open.add(name);
    else if (attempts === 0) isHolding = true;
  }
  return isHolding && open.size > 0 ? { canary: [...open] } : {};
}

export async function startRetry(
  ports: Pick<LabPorts, 'store' | 'batch'>,
  { plan, files }: PlannedRound,
): Promise<void> {
  await storeRound(ports.store, plan, files);
  await submitRound(ports, plan);
}

/** Throws LabError for what is no item of the run, nor of the step that is asked for. */
async function checkNames(open: OpenedRun, { names = [], step }: RetryChoice): Promise<void> {
  const { run, spec, items } = open;
  const others = names.filter(name => !items.has(name));
  if (others.length === 0) return;
  const view =
    step === undefined ? undefined : (await open.ledger()).entries.find(each => each.name === step);
  refuse(
    others
      .filter(name => !view || view.positionsOf([name]).length === 0)
      .map(name => ({
        where: name,
        message: `is no ${spec.item.one} of ${run.runId}${view ? `, nor an item of its step ${step}` : ''}`,
        fix: `npx lab status ${run.runId}${view ? ` --step ${step}` : ''}`,
      })),
  );
}

function checkStep(spec: OpenedRun['spec'], step: string | undefined): void {
  const names = spec.steps.map(each => each.name);
  if (step === undefined || names.includes(step)) return;
  throw new LabError({
    where: '--step',
    message: `${spec.name} has no step ${JSON.stringify(step)}`,
    fix: `its steps: ${names.join(', ')}`,
  });
}

async function closeAll({ run, connection }: OpenedRun): Promise<void> {
  for (const plan of run.rounds) {
    const [job] = await closeRound(connection, plan);
    if (job)
      throw new LabError(
        { where: run.runId, message: `job ${job.jobId} has not ended`, fix: `npx lab watch ${run.runId}` },
        exitCodes.toMend,
      );
  }
}

/** While others go on, what is named can be done again once nothing of it is under way any more. */
function refuseUnderWay({ run, spec }: OpenedRun, ledger: Ledger, choice: RetryChoice): void {
  const names = namesBehind(ledger, choice);
  const { running, waiting } = ledger.counts;
  if (ledger.unsent.isAll)
    throw new LabError(
      {
        where: run.runId,
        message: unsentText(ledger.unsent)!,
        fix: `npx lab submit --resume ${run.runId}, or npx lab cancel ${run.runId} first`,
      },
      exitCodes.toMend,
    );
  if (!names || names.length === 0)
    throw new LabError(
      {
        where: run.runId,
        message: `${running} are running and ${waiting} waiting`,
        fix: `npx lab watch ${run.runId}, or npx lab cancel ${run.runId} first, or name the ${spec.item.many} to run again`,
      },
      exitCodes.toMend,
    );
  const busy = ledger.entries.flatMap(step =>
    step
      .positionsOf(step.name === choice.step ? (choice.names ?? []) : names)
      .filter(position => step.isUnderWay(position))
      .map(position => step.itemAt(position))
      .map(item => ({
        where: item.of ?? item.name,
        message: `is still under way in step ${step.name}`,
        fix: `npx lab watch ${run.runId}`,
      })),
  );
  if (busy.length > 0) throw new LabError(busy, exitCodes.toMend);
}
