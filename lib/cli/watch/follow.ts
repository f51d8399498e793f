import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { IsKnown } from '../../ledger/step-view.ts';
import { readRun } from '../../runs/stored-run.ts';
import type { Context } from '../context.ts';
import type { ConnectedRun } from '../open.ts';
import { columnsOf, cut, harmless } from '../output/output.ts';
import { progressLine } from '../output/progress.ts';
import { partWords, type RunPart, roundsOf } from '../run-part.ts';
import { limitWatch } from './limit-watch.ts';
import { paceMeter } from './pace.ts';
import { steadyLook } from './steady-look.ts';
import { tellEnd } from './tell-end.ts';
import { unsentWatch } from './unsent-watch.ts';
import { type Hint, type WaitingHint, waitingHint } from './waiting-hint.ts';
import { whyItWaits } from './waiting-now.ts';
import { type Watched, watchedOf } from './watched.ts';

/**
 * Watches a run, or a part of it, to its end: a bar that is drawn again on a terminal, a line per change in a pipe, an event
 * per change with --json. Looks often on the twin and while something moves, and else every minute. Answers the exit code.
 * Throws LabError for a step that the run has not.
 */
export async function followRun(context: Context, open: ConnectedRun, part: RunPart = {}): Promise<number> {
  let looks = 0;
  open.connection.runJobs();
  const ledger = await followToEnd(
    context,
    counting(open, () => looks++),
    { part },
  );
  if (!ledger) return stopWatching(context, open, part);
  return tellEnd(context, open, { ledger, part, ...(looks > 1 ? { seenAt: context.now() } : {}) });
}

const counting = (open: ConnectedRun, count: () => void): ConnectedRun => ({
  ...open,
  ledger: options => {
    count();
    return open.ledger(options);
  },
});

/**
 * The ledger at the end of a run or of a part of it, or where nothing can go on any more; undefined where Ctrl-C ended the
 * watching. A round's is that of the round alone.
 */
export async function followToEnd(
  context: Context,
  open: ConnectedRun,
  { isStuck = () => false, part = {} }: { readonly isStuck?: () => boolean; readonly part?: RunPart } = {},
): Promise<Ledger | undefined> {
  const { runId } = open.run;
  const { round } = part;
  const quick = context.local;
  const { err } = context.io;
  const started = context.now().getTime();
  const told = toldFailures();
  // On the twin a job waits for this machine's cores: there is no host that could fail to join.
  const hint = quick ? undefined : hintOf(context, open);
  let last = '';
  let pause = quick ? 300 : 5000;
  const pace = paceMeter();
  const limits = limitWatch(context, open);
  const unsent = unsentWatch(quick);
  // Of an account's calls a watcher takes its share; on the twin there is no rate.
  let isSparing = !quick;
  const look = steadyLook(context, () =>
    open.ledger({ isSparing, ...(round === undefined ? {} : { round }) }),
  );
  let before: Ledger | undefined;
  for (;;) {
    const began = performance.now();
    const wasStuck = isStuck();
    const ledger = await look();
    if (!ledger) return undefined;
    const hasMoved = ledger !== before;
    const tookMs = performance.now() - began;
    const watched = watchedOf(ledger, part);
    // An end is told of by a look that has asked for all of it.
    const isEnd = watched.ended || wasStuck;
    if (isSparing && isEnd) {
      isSparing = false;
      continue;
    }
    isSparing = !quick;
    before = ledger;
    if (hasMoved) tellFailures(context, watched, told, nounOf(open, part));
    if (hasMoved && !ledger.ended) await limits.look();
    const why = await hint?.look(watched, context.now());
    if (why) tellHint(context, runId, why);
    const { done, partial, failed, blocked, cancelled, running, waiting } = watched.counts;
    const seconds = (context.now().getTime() - started) / 1000;
    const line = progressLine(
      err,
      watched,
      pace(done + partial + failed + blocked + cancelled, running + waiting, seconds),
    );
    const { unasked } = watched;
    const stand = {
      ...watched.counts,
      ...(unasked > 0 ? { unasked } : {}),
      ...(watched.steps.length > 1 ? { steps: watched.steps } : {}),
    };
    if (context.json) {
      const event = JSON.stringify({ event: 'counts', run: runId, ...part, ...stand });
      if (event !== last) context.print(event);
      last = event;
    } else if (err.isTTY) err.write(`\r\u001b[2K${cut(line, columnsOf(err) - 1)}`);
    else if (JSON.stringify(stand) !== last) {
      context.say(line);
      last = JSON.stringify(stand);
    }
    const isUnsent = unsent.isGivenUp(ledger, context.now());
    if (isEnd || isUnsent) {
      if (err.isTTY && !context.json) err.write('\n');
      if (ledger.ended || wasStuck) await removeCaps(open, part);
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

function hintOf(context: Context, open: ConnectedRun): WaitingHint | undefined {
  const round = open.run.rounds.at(-1);
  return round && waitingHint(new Date(round.createdAt), () => whyItWaits(context, open));
}

function tellHint(context: Context, runId: string, { text, fix }: Hint): void {
  const clear = context.io.err.isTTY ? '\r\u001b[2K' : '';
  if (context.json) context.print(JSON.stringify({ event: 'waiting', run: runId, reason: text, fix }));
  else context.say(`${clear}nothing has started for ten minutes: ${text}${fix ? `\n  ${fix}` : ''}`);
}

/** What one of the items is called: a step may have some of its own. */
const nounOf = ({ spec }: ConnectedRun, { step }: RunPart): string =>
  step === undefined ? spec.item.one : `${step} of`;

interface Told {
  readonly size: number;
  /** Whether it was asked of this before; from now on it is. */
  readonly isKnown: IsKnown;
}

/** By position and round: a row takes a hundred times as much to make, and a look has all that have failed until then. */
function toldFailures(): Told {
  const rounds = new Map<number, number>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    isKnown(position, round) {
      if (rounds.get(position) === round) return true;
      rounds.set(position, round);
      size++;
      return false;
    },
  };
}

/** A person who watches wants to know at once; of a thousand failures, only that there are many. */
const failuresTold = 5;

/** What capped how many shards ran at once would stay in the account for good. */
async function removeCaps({ connection, run }: ConnectedRun, part: RunPart): Promise<void> {
  for (const { parallel } of roundsOf(part, (await readRun(connection.store, run)).rounds))
    if (parallel) await connection.batch.deleteConsumableResource(parallel.resource).catch(() => undefined);
}

/** Failures one by one as they come: as events all of them, to a person the first few; the end tells all by reason. */
function tellFailures(context: Context, watched: Watched, told: Told, noun: string): void {
  if (!context.json && told.size >= failuresTold) return;
  for (const row of watched.failed(told.isKnown)) {
    if (context.json)
      context.print(
        JSON.stringify({ event: 'failed', item: row.name, exitCode: row.exitCode, reason: row.reason }),
      );
    else if (told.size <= failuresTold && !watched.ended) {
      const { err } = context.io;
      const text = `${noun} ${row.name} failed: ${row.reason ?? `exit code ${row.exitCode}`}`;
      context.say(`${err.isTTY ? '\r\u001b[2K' : ''}${cut(harmless(err, text), columnsOf(err, 200) - 1)}`);
    }
  }
}

function stopWatching(context: Context, { run: { runId }, connection }: ConnectedRun, part: RunPart): number {
  const what = connection.ownTwin
    ? 'stopped, with the twin of this command; the run goes on with the next'
    : 'stopped watching; the run goes on';
  context.say(`\n${what}\nNext: npx lab watch ${runId}${partWords(part)}${context.suffix}`);
  return exitCodes.interruptedByUser;
}
