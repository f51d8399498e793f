import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { ItemNoun } from '../../contract/workload/workload.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readSummary } from '../../ledger/run-summary.ts';
import { readRun } from '../../runs/stored-run.ts';
import type { Context } from '../context.ts';
import type { OpenRun } from '../open.ts';
import { causesText } from '../output/causes-text.ts';
import { counted, cut, harmless, numberText, tint } from '../output/output.ts';
import { progressLine } from '../output/progress.ts';
import { stepText } from '../output/step-rows.ts';
import { lastEnd, tookText } from '../output/took.ts';
import { type RunUse, readUse, useText } from '../output/use-text.ts';
import { readCauses } from '../read-causes.ts';
import { paceMeter } from './pace.ts';
import { steadyLook } from './steady-look.ts';
import { type Hint, type WaitingHint, waitingHint } from './waiting-hint.ts';
import { whyItWaits } from './waiting-now.ts';

/**
 * Watches a run to its end: a bar that is drawn again on a terminal, a line per change in a pipe, an event per change
 * with --json. Looks often on the twin and while something moves, and else every minute. Answers the exit code.
 */
export async function followRun(context: Context, open: OpenRun): Promise<number> {
  let looks = 0;
  const ledger = await followToEnd(context, {
    ...open,
    ledger: options => {
      looks++;
      return open.ledger(options);
    },
  });
  if (!ledger) return stopWatching(context, open);
  const { rounds } = await readRun(open.connection.store, open.run);
  // Who has seen it end knows when.
  const meter = lastEnd();
  if (ledger.isDetailed) for await (const row of ledger.rows.stream({ details: true })) meter.add(row);
  const { ended } = ledger;
  const took = tookText({ ended, end: meter.end }, rounds, looks > 1 ? context.now() : undefined);
  await tellReport(context, open);
  return finish(context, open, ledger, took, await readUse(open.connection.store, rounds));
}

/** What the workload says of the run as a whole. */
async function tellReport(context: Context, { run, spec, items, connection }: OpenRun): Promise<void> {
  if (!spec.report) return;
  const { rounds } = await readRun(connection.store, run);
  const summary = await readSummary(connection.store, rounds);
  const { records: _, ...sums } = summary;
  const lines = spec.report([...items], summary);
  if (context.json) context.print(JSON.stringify({ event: 'report', run: run.runId, ...sums, lines }));
  else for (const line of lines) context.say(`  ${line}`);
}

/** The ledger at a run's end, or where nothing can go on any more; undefined where Ctrl-C ended the watching. */
export async function followToEnd(
  context: Context,
  open: OpenRun,
  isStuck: () => boolean = () => false,
): Promise<Ledger | undefined> {
  const { runId } = open.run;
  const quick = context.local;
  const { err } = context.io;
  const started = context.now().getTime();
  const told = new Set<string>();
  // On the twin a job waits for this machine's cores: there is no host that could fail to join.
  const hint = quick ? undefined : hintOf(context, open);
  let last = '';
  let pause = quick ? 300 : 5000;
  const pace = paceMeter();
  const look = steadyLook(context, () => open.ledger());
  let before: Ledger | undefined;
  for (;;) {
    const began = performance.now();
    const wasStuck = isStuck();
    const ledger = await look();
    if (!ledger) return undefined;
    const hasMoved = ledger !== before;
    before = ledger;
    const tookMs = performance.now() - began;
    if (hasMoved) tellFailures(context, ledger, told, open.spec.item);
    const why = await hint?.look(ledger, context.now());
    if (why) tellHint(context, runId, why);
    const { done, partial, failed, blocked, cancelled, running, waiting } = ledger.counts;
    const seconds = (context.now().getTime() - started) / 1000;
    const line = progressLine(
      err,
      ledger,
      pace(done + partial + failed + blocked + cancelled, running + waiting, seconds),
    );
    const stand = { ...ledger.counts, ...(ledger.steps.length > 1 ? { steps: ledger.steps } : {}) };
    if (context.json) {
      const event = JSON.stringify({ event: 'counts', run: runId, ...stand });
      if (event !== last) context.print(event);
      last = event;
    } else if (err.isTTY) err.write(`\r\u001b[2K${cut(line, (err.columns ?? 80) - 1)}`);
    else if (JSON.stringify(stand) !== last) {
      context.say(line);
      last = JSON.stringify(stand);
    }
    if (ledger.ended || wasStuck) {
      if (err.isTTY && !context.json) err.write('\n');
      await removeCaps(open);
      return ledger;
    }
    if (context.signal.aborted) return undefined;
    // A ledger that takes long to read is not to keep the machine busy.
    const longer = Math.max(pause, 4 * tookMs);
    await sleep(longer, undefined, { signal: context.signal }).catch(() => undefined);
    if (context.signal.aborted) return undefined;
    // Ten people may watch one run: what does not move is asked about less and less.
    pause = quick ? 500 : hasMoved ? Math.max(5000, pause / 2) : Math.min(60_000, pause * 1.3);
  }
}

function hintOf(context: Context, open: OpenRun): WaitingHint | undefined {
  const round = open.run.rounds.at(-1);
  return round && waitingHint(new Date(round.createdAt), () => whyItWaits(context, open));
}

function tellHint(context: Context, runId: string, { text, fix }: Hint): void {
  const clear = context.io.err.isTTY ? '\r\u001b[2K' : '';
  if (context.json) context.print(JSON.stringify({ event: 'waiting', run: runId, reason: text, fix }));
  else context.say(`${clear}nothing has started for ten minutes: ${text}${fix ? `\n  ${fix}` : ''}`);
}

/** A person who watches wants to know at once; of a thousand failures, only that there are many. */
const failuresTold = 5;

/** What capped how many shards ran at once would stay in the account for good. */
async function removeCaps({ connection, run }: OpenRun): Promise<void> {
  for (const { parallel } of (await readRun(connection.store, run)).rounds)
    if (parallel) await connection.batch.deleteConsumableResource(parallel.resource).catch(() => undefined);
}

/** Failures one by one as they come: as events all of them, to a person the first few; the end tells all by reason. */
function tellFailures(context: Context, ledger: Ledger, told: Set<string>, noun: ItemNoun): void {
  for (const row of ledger.rows.in('failed')) {
    const id = `${row.name}\u0000${row.round}`;
    if (told.has(id)) continue;
    told.add(id);
    if (context.json)
      context.print(
        JSON.stringify({ event: 'failed', item: row.name, exitCode: row.exitCode, reason: row.reason }),
      );
    else if (told.size <= failuresTold && !ledger.ended) {
      const { err } = context.io;
      const text = `${noun.one} ${row.name} failed: ${row.reason ?? `exit code ${row.exitCode}`}`;
      context.say(`${err.isTTY ? '\r\u001b[2K' : ''}${cut(harmless(err, text), (err.columns ?? 200) - 1)}`);
    }
  }
}

async function finish(
  context: Context,
  open: OpenRun,
  ledger: Ledger,
  took: string,
  used: RunUse,
): Promise<number> {
  const { runId } = open.run;
  const noun = open.spec.item;
  const { done, partial } = ledger.counts;
  const total = ledger.rows.length;
  if (context.json)
    context.print(
      JSON.stringify({ event: 'ended', run: runId, ...ledger.counts, steps: ledger.steps, used }),
    );
  else {
    if (ledger.steps.length > 1) for (const step of ledger.steps) context.say(`  ${stepText(step)}`);
    for (const line of useText(used)) context.say(`  ${line}`);
  }
  if (done + partial === total) {
    const missing = partial > 0 ? `, ${numberText(partial)} of them with something missing` : '';
    context.say(
      `${tint(context.io.err, 'good', `all ${counted(total, noun)} done${missing}${took}`)}\nNext: npx lab fetch ${runId}${context.suffix}`,
    );
    return exitCodes.ok;
  }
  const causes = await readCauses(context, open, ledger);
  if (context.json) context.print(JSON.stringify({ event: 'causes', run: runId, causes }));
  else context.io.err.write(causesText(context.io.err, causes, noun));
  const { failed, cancelled, blocked } = ledger.counts;
  const logs = failed > 0 ? `npx lab logs ${runId} --failed${context.suffix}, then ` : '';
  context.say(
    `${numberText(done + partial)} of ${counted(total, noun)} done${blocked > 0 ? `, ${numberText(blocked)} wait for what failed` : ''}${cancelled > 0 ? `, ${cancelled} cancelled` : ''}${took}\nNext: ${logs}npx lab retry ${runId}${context.suffix}`,
  );
  return exitCodes.notDone;
}

function stopWatching(context: Context, { run: { runId }, connection }: OpenRun): number {
  const what = connection.ownTwin
    ? 'stopped, with the twin of this command; the run goes on with the next'
    : 'stopped watching; the run goes on';
  context.say(`\n${what}\nNext: npx lab watch ${runId}${context.suffix}`);
  return exitCodes.interruptedByUser;
}
