import type { ParsedList } from '../../contract/list/parse-list.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import { type Gathering, gather, LabError, refuse } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Item } from '../../contract/workload/workload.ts';
import { selectItems } from '../../plan/select.ts';
import { type Estimate, estimate } from '../../report/estimate.ts';
import { planRun } from '../../runs/plan-run.ts';
import { type PreparedRun, prepareRun } from '../../runs/prepare-run.ts';
import { frozenFiles, type ScriptFile, storeScripts } from '../../runs/scripts.ts';
import { specPorts } from '../../runs/spec-ports.ts';
import { startRun } from '../../runs/start-run.ts';
import { unfilledSecrets } from '../../runs/unfilled-secrets.ts';
import type { Connection, Context } from '../context.ts';
import { datasetStores } from '../input/dataset-stores.ts';
import { inputPlaces, lookAtInputs } from '../input/look-at-inputs.ts';
import { readScripts } from '../input/read-script.ts';
import { orInterrupted } from '../or-interrupted.ts';
import { sameCommand, withoutOption } from '../output/command-line.ts';
import { estimateText } from '../output/estimate-text.ts';
import { listText, overText, planText } from '../output/plan-text.ts';
import { readPriceTable } from '../prices.ts';
import { runWorld } from '../run-world.ts';
import { keeperWords } from '../twin/person.ts';
import { sayLater, sayWaits, untilThere } from '../until-there.ts';
import { pastTimes } from './past-times.ts';
import { readList, type Submission } from './submission.ts';

export interface SubmittedRun {
  readonly runId: string;
  readonly connection: Connection;
}

/**
 * Checks, plans and submits a run, and says so. Undefined for a dry run, which submits nothing; `later` where something has to
 * come first that was asked for and not waited for.
 */
export async function submitRun(
  context: Context,
  submission: Submission,
  {
    isReal,
    check = () => undefined,
  }: {
    /** A rehearsal has no inputs and needs no secrets. */
    readonly isReal: boolean;
    /** Throws for a plan that is not to be carried out. */
    readonly check?: (plan: RoundPlan) => Promise<void> | undefined;
  },
): Promise<SubmittedRun | 'later' | undefined> {
  const { spec, request, list, problems = [], unread = [] } = submission;
  const connection = await context.connect().catch((error: unknown) => {
    refuse([...unread, ...problems]);
    throw error;
  });
  const look = async (): Promise<Looked> => {
    const told = gather();
    await told.ask(() => refuse(unread));
    const given = await told.ask(async () =>
      unread.length > 0
        ? undefined
        : !list
          ? madeList(context, submission, connection)
          : 'source' in list
            ? readList(context, spec, list, connection.storeOf)
            : list,
    );
    return lookAround(context, submission, connection, told, given, isReal);
  };
  const looked = await orInterrupted(context.signal, look(), 'lab submit', 'nothing was submitted');
  const { prepared, scripts, notes, given } = looked;
  const files = frozenFiles(scripts);
  const world = await runWorld(context);
  const asked = {
    ...request,
    ...(files ? { files } : {}),
    ...(submission.canary ? { canary: world.seed() } : {}),
  };
  const round = planRun(spec, asked, prepared, connection, world);
  await check(round.plan);
  const text = listText({ ...given, notes: [...notes] });
  if (!context.json) {
    context.io.err.write(planText(context.io.err, spec, round.plan, prepared.items.length, text));
    for (const line of prepared.lines) context.say(`  ${line}`);
  } else if (isReal) context.say(overText(spec, round.plan, prepared.items.length, text).trimEnd());
  const priced =
    submission.dryRun || request.maxUsd !== undefined
      ? await price(context, connection, round.plan)
      : undefined;
  if (!context.json) for (const line of priced?.lines ?? []) context.say(`  ${line}`);
  refuseDearer(request.maxUsd, priced?.estimate, round.plan);
  const confirmed = submission.confirm === prepared.confirm?.word;
  const isStale = submission.confirm !== undefined && !confirmed && !submission.dryRun;
  if (submission.dryRun || !confirmed) {
    sayDryRun(context, submission, prepared, {
      ...round.plan,
      list: text,
      ...(priced ? { estimate: priced.estimate } : {}),
    });
    if (isStale) refuseWord(submission);
    return undefined;
  }
  if (isReal && !(await isReady(context, submission, prepared, connection))) return 'later';
  await storeScripts(connection.store, round.plan, scripts);
  const { runId } = round.plan;
  await startRun(
    connection,
    round,
    prepared.items,
    world,
    id => `npx lab submit --resume ${id}${context.suffix}`,
  );
  return { runId, connection };
}

/** Whether what has to come first is there; it is asked for, and with --wait waited for. Throws LabError at Ctrl-C. */
async function isReady(
  context: Context,
  { spec, request, wait }: Submission,
  { items }: PreparedRun,
  connection: Connection,
): Promise<boolean> {
  if (!spec.ready) return true;
  const ports = specPorts(spec, request, connection, await runWorld(context));
  const left = await spec.ready(items, request, ports);
  if (left.length === 0) return true;
  if (!wait) {
    sayLater(context, left, 'nothing was submitted yet');
    return false;
  }
  sayWaits(context);
  if (await untilThere(context, () => spec.ready!(items, request, ports))) return true;
  throw new LabError(
    { where: 'lab submit', message: 'interrupted; nothing was submitted yet', fix: 'the same again goes on' },
    exitCodes.interruptedByUser,
  );
}

interface Priced {
  readonly estimate: Estimate;
  readonly lines: readonly string[];
}

/** What it would cost, by what earlier runs of the workload took. */
async function price(context: Context, connection: Connection, plan: RoundPlan): Promise<Priced> {
  const [table, config, times] = await Promise.all([
    readPriceTable(),
    context.config(),
    pastTimes(connection, plan.workload),
  ]);
  const found = estimate(plan, times, config, table);
  return { estimate: found, lines: estimateText(found, table) };
}

/** Throws LabError where even the least that it would cost, on the hosts of its pools, is more than it may. */
function refuseDearer(maxUsd: number | undefined, found: Estimate | undefined, plan: RoundPlan): void {
  if (maxUsd === undefined) return;
  if (plan.steps.some(step => step.lanes.some(lane => lane.usdPerHour === undefined)))
    throw new LabError({
      where: '--max-usd',
      message: 'no price is known of an instance type of the pool, so that nothing could be counted',
      fix: 'npx lab prices --refresh, or the run without --max-usd',
    });
  const least = Math.min(...Object.values(found?.dollars ?? {}).map(range => range[0]));
  if (least > maxUsd)
    throw new LabError({
      where: '--max-usd',
      message: `it would cost $${least.toFixed(2)} at the least, by what earlier runs took, and may cost ${maxUsd}`,
      fix: 'fewer items (--limit), another pool, or a larger --max-usd',
    });
}

interface Looked {
  readonly given: ParsedList;
  readonly prepared: PreparedRun;
  readonly scripts: Readonly<Record<string, ScriptFile>>;
  readonly notes: readonly string[];
}

/** Every look at what a run needs, all problems together, with those of a list that could not be read (`given` is undefined). Throws LabError. */
async function lookAround(
  context: Context,
  { spec, request, problems, notes: said = [] }: Submission,
  connection: Connection,
  told: Gathering,
  given: ParsedList | undefined,
  isReal: boolean,
): Promise<Looked> {
  const config = await context.config();
  const scripts = await told.ask(() => readScripts(spec, request, context.cwd, connection.store));
  const datasets = datasetStores(connection, config);
  const inputs = isReal ? await lookAtInputs(spec, config, datasets) : undefined;
  await told.ask(() => refuse(inputs?.problems ?? []));
  if (isReal)
    await told.ask(async () => refuse(await unfilledSecrets(spec, config, connection, context.suffix)));
  const prepared = await told.ask(
    async () =>
      given &&
      prepareRun(spec, given.items, request, connection, await runWorld(context), {
        ...(isReal ? { inputs: inputPlaces(spec, config, datasets) } : {}),
        files: Object.fromEntries(Object.entries(scripts ?? {}).map(([name, { body }]) => [name, body])),
      }),
  );
  told.refuse(problems);
  const frozen = Object.values(scripts ?? {}).map(
    ({ name, bytes, sha256 }) =>
      `${name}, ${bytes.toLocaleString('en-US')} bytes, is frozen with the run: SHA-256 ${sha256.slice(0, 12)}…`,
  );
  const notes = [
    ...said,
    ...given!.notes,
    ...frozen,
    ...(inputs?.notes ?? []),
    ...prepared!.notes,
    ...(isReal ? await twinNotes(context) : []),
  ];
  return { given: given!, prepared: prepared!, scripts: scripts!, notes };
}

/** What is otherwise on the twin of this machine than on AWS, and would mislead. */
async function twinNotes({ local, holdsMemory }: Context): Promise<readonly string[]> {
  if (!local) return [];
  const { canHoldMemory } = await import('../../twin/container/memory-limit.ts');
  return (holdsMemory ?? canHoldMemory())
    ? []
    : [
        'memory is not held: this machine’s kernel does not show what jobs use; on AWS one that uses more is ended',
      ];
}

/** A word is of what was looked at when it was said. */
function refuseWord({ spec, confirm }: Submission): never {
  throw new LabError({
    where: '--confirm',
    message: `${confirm} is not the word for what ${spec.name} would do now: something has changed since it was said`,
    fix: 'read what would be done now, and give its word',
  });
}

/** What would be done, and how it is asked for. */
function sayDryRun(
  context: Context,
  { spec, dryRun }: Submission,
  { confirm }: PreparedRun,
  plan: unknown,
): void {
  if (context.json) context.print(JSON.stringify(plan));
  for (const line of confirm?.lines ?? []) context.say(line);
  const words = confirm ? ['--confirm', confirm.word] : [];
  const isKeepers = Object.values(spec.kinds ?? {}).some(kind => kind.submitters === 'keepers');
  // On the twin everybody may be one, by a word.
  const as = confirm && isKeepers && context.local ? keeperWords(context.environment) : '';
  const how = as + sameCommand(withoutOption(context.argv, 'confirm'), 'dry-run', words);
  const who = isKeepers ? ', and a keeper of the lab says the word' : '';
  context.say(
    `nothing was submitted${dryRun || !confirm ? '' : `: ${spec.name} asks before it does this${who}`}\nNext: ${how}`,
  );
}

/** The items that a workload makes of what was asked for. */
async function madeList(
  context: Context,
  { spec, request, selection = {} }: Submission,
  connection: Connection,
): Promise<ParsedList> {
  const made: readonly Item[] = await spec.list!(
    request,
    specPorts(spec, request, connection, await runWorld(context)),
  );
  const items = selectItems(made, selection, spec.item);
  return { items, labels: [...new Set(items.flatMap(item => Object.keys(item.labels ?? {})))], notes: [] };
}
