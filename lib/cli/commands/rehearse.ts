import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RoundPlan } from '../../contract/run/run.ts';
import { replaceFile } from '../../contract/verb/replace-file.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { jsonPieces } from '../../contract/workload/json-pieces.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { runIdOf } from '../../plan/run-id.ts';
import { hourPrice } from '../../report/prices.ts';
import { chance } from '../../twin/faults/chance.ts';
import type { HostUse } from '../../twin/twin.ts';
import type { Args, Command, OptionSpec } from '../command.ts';
import { type Connection, type Context, findSpec } from '../context.ts';
import { type ConnectedRun, openedRun } from '../open.ts';
import { causesText } from '../output/causes-text.ts';
import { sameCommand } from '../output/command-line.ts';
import { writeJson } from '../output/output.ts';
import { readPriceTable } from '../prices.ts';
import { readCauses } from '../read-causes.ts';
import { type RehearsalOptions, readRehearsal, rehearsalOptions } from '../rehearsal/options.ts';
import { removeState } from '../rehearsal/remove-state.ts';
import { type RehearsalReport, type Rehearsed, rehearsalReport } from '../rehearsal/report.ts';
import { reportText } from '../rehearsal/report-text.ts';
import { refuseRetryMemory } from '../rehearsal/retry-memory.ts';
import type { Stage } from '../rehearsal/stage.ts';
import { commonSubmitOptions, submitOptions } from '../submission/options.ts';
import { readSubmission } from '../submission/submission.ts';
import { submitRun } from '../submission/submit-run.ts';
import { twinFolderOf } from '../twin/folder.ts';
import { followToEnd } from '../watch/follow.ts';
import { readReport, writeReport } from '../write-report.ts';
import { submitRetry } from './retry.ts';

export const rehearse: Command = {
  name: 'rehearse',
  group: 'runs',
  summary: 'what a submission would take and what would fail, with a stand-in for the tool',
  usage: '<workload> --<items> LIST [options of lab submit] [options]',
  options: ownOptions(commonSubmitOptions),
  optionsOf: (workloads, name) => ownOptions(submitOptions(findSpec(workloads, name))),
  examples: [
    'lab rehearse rapidtide --participants participants.txt --duration 20m..3h --failure-rate 0.01',
    'lab rehearse rapidtide --participants 1..10000 --memory-peak 8GiB..70GiB --retry-memory x2',
    'lab rehearse rapidtide --participants participants.txt --canary --faults rough --seed 7',
  ],
  run: rehearseRun,
};

function ownOptions(submitted: Readonly<Record<string, OptionSpec>>): Readonly<Record<string, OptionSpec>> {
  const { wait: _wait, resume: _resume, ...rest } = submitted;
  return { ...rest, ...rehearsalOptions };
}

async function rehearseRun(context: Context, args: Args): Promise<number> {
  const spec = context.spec(args.positionals[0] ?? '');
  const options = await readRehearsal(args, context.cwd);
  const home = twinFolderOf(context);
  const folder = join(dirname(home.folder), 'rehearsals', runIdOf(context.now(), context.seed()));
  const source = args.text(spec.item.many) ?? args.text('items') ?? '';
  const { setStage } = await import('../rehearsal/stage.ts');
  const stage = setStage({
    options,
    home,
    config: await context.config(),
    folder,
    startAt: context.now().getTime(),
    needsData: options.realTool || spec.expand !== undefined || source.startsWith('s3://'),
  });
  const opened = onStage(context, stage, options.seed);
  try {
    return await perform(opened.inside, args, options, stage, opened.hosts, folder);
  } finally {
    await opened.close();
    if (!args.flag('keep')) await removeState(join(folder, 'state'));
    // Without a report there is nothing in it.
    await rmdir(folder).catch(() => undefined);
  }
}

/** The same context, but for where things are and what time it is there. */
function onStage(
  context: Context,
  stage: Stage,
  seed: number,
): { readonly inside: Context; hosts(): readonly HostUse[]; close(): Promise<void> } {
  let opening: ReturnType<Stage['open']> | undefined;
  let link: Awaited<ReturnType<Stage['open']>> | undefined;
  const { clock } = stage;
  let connecting: Promise<Connection> | undefined;
  const connect = async (): Promise<Connection> => {
    opening = stage.open(context.say);
    link = await opening;
    const { connection } = await import('../connection.ts');
    return connection(link.endpoint, link.deployment, link);
  };
  let drawn = 0;
  const inside: Context = {
    ...context,
    local: true,
    // Whom a canary is, the run's seed says: the rehearsal's own, so that it is the same again.
    seed: () =>
      Math.floor(chance(seed, 'run', drawn++) * 0x1000000)
        .toString(16)
        .padStart(6, '0'),
    ...(clock ? { now: () => new Date(clock.now()) } : {}),
    connect: () => {
      connecting ??= connect();
      return connecting;
    },
  };
  return {
    inside,
    hosts: () => link?.hosts() ?? [],
    close: async () => {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

async function perform(
  context: Context,
  args: Args,
  options: RehearsalOptions,
  { clock }: Stage,
  hosts: () => readonly HostUse[],
  folder: string,
): Promise<number> {
  const began = performance.now();
  const submittedAt = context.now().getTime();
  /** The clock stands still while a person would submit. */
  const still = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = clock?.hold();
    return work().finally(release);
  };
  const memory = options.retryMemory;
  const interrupted = (): number => {
    context.say(
      `\ninterrupted; a rehearsal leaves nothing behind, and is shorter with --limit\nNext: ${sameCommand(context.argv, '')}`,
    );
    return exitCodes.interruptedByUser;
  };
  let run: Awaited<ReturnType<typeof submitRun>>;
  try {
    // A stand-in mounts nothing.
    const submission = await readSubmission(context, args);
    const check = (plan: RoundPlan): Promise<void> | undefined =>
      memory.length > 0 ? refuseRetryMemory(context, submission.spec, plan, memory) : undefined;
    run = await still(() => submitRun(context, submission, { isReal: options.realTool, check }));
  } catch (error) {
    if (context.signal.aborted) return interrupted();
    throw error;
  }
  if (!run || run === 'later') return exitCodes.ok;
  const { runId } = run;
  const doneByRound: number[] = [];
  const follow = async (): Promise<Ledger | undefined> => {
    const open = await openedRun(context, { positionals: [runId] });
    // What is read at one moment belongs together.
    const ledgerNow = (): Promise<Ledger> => still(() => open.ledger());
    const isStuck = (): boolean => clock?.isIdle() ?? false;
    const ledger = await followToEnd(context, { ...open, ledger: ledgerNow }, { isStuck });
    if (ledger) doneByRound.push(ledger.counts.done);
    return ledger;
  };
  let ledger = await follow();
  if (ledger?.ended && options.retry && ledger.counts.done < ledger.rows.length) {
    const open = await openedRun(context, { positionals: [runId] });
    await still(() => tellCauses(context, open, ledger!));
    await still(() => submitRetry(context, open, {}, memory.length > 0 ? { memory } : {}));
    ledger = await follow();
  }
  if (!ledger) return interrupted();
  const report = rehearsalReport({
    workload: args.positionals[0]!,
    run: runId,
    ledger,
    doneByRound,
    submittedAt,
    endedAt: context.now().getTime(),
    realSeconds: (performance.now() - began) / 1000,
    isSimulated: clock !== undefined,
    hosts: hosts(),
    priceOf: await pricesFor(options),
    peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  });
  await writePage(context, runId, ledger, join(folder, 'report.html'), still);
  await replaceFile(join(folder, 'report.json'), textOf(report));
  if (context.json) await writeJson(context.io.out, { event: 'rehearsed', ...report });
  else context.io.out.write(reportText(context.io.out, report, context.spec(args.positionals[0]!).item));
  context.say(
    `the report is in ${join(folder, 'report.html')} and report.json beside it\nNext: npx lab submit ${args.positionals[0]} --help`,
  );
  return ledger.counts.done === ledger.rows.length ? exitCodes.ok : exitCodes.toMend;
}

/** For a person to read; every item that failed has its name in it. */
function* textOf(report: RehearsalReport): Generator<string> {
  yield* jsonPieces(report, 2);
  yield '\n';
}

/** Why the first round left something, as `lab why` has it: after the retry nothing of it is to be seen any more. */
async function tellCauses(context: Context, open: ConnectedRun, ledger: Ledger): Promise<void> {
  const causes = await readCauses(context, open, ledger);
  if (context.json) await writeJson(context.io.out, { event: 'causes', run: open.run.runId, causes });
  else context.io.err.write(causesText(context.io.err, causes, open.spec.item));
}

/** What was said by --price-per-hour, else the table; a spot host at the middle of what it may cost. */
async function pricesFor({ prices }: RehearsalOptions): Promise<Rehearsed['priceOf']> {
  const table = await readPriceTable();
  return (type, market) => {
    const range = hourPrice(table, type, market);
    return prices.get(type) ?? (range && (range[0] + range[1]) / 2);
  };
}

/** The page that the run itself would have. */
async function writePage(
  context: Context,
  runId: string,
  ledger: Ledger,
  path: string,
  still: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const open = await openedRun(context, { positionals: [runId] });
  await writeReport(
    context,
    open,
    await still(() => readReport(context, open, ledger, { isSimulated: true })),
    path,
  );
}
