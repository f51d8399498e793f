import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readSummary } from '../../ledger/run-summary.ts';
import { unsentText } from '../../ledger/unsent.ts';
import { readRun } from '../../runs/stored-run.ts';
import type { Context } from '../context.ts';
import type { ConnectedRun } from '../open.ts';
import { causesText, type TreatedCause } from '../output/causes-text.ts';
import { againWords, resumeCommand, seeWords } from '../output/command-line.ts';
import { allOf, counted, doneText, numberText, tint, writeJson } from '../output/output.ts';
import { stepText } from '../output/step-rows.ts';
import { lastEnd, tookText } from '../output/took.ts';
import { readUse, useText } from '../output/use-text.ts';
import { readCauses } from '../read-causes.ts';
import { partWords, type RunPart, roundsOf } from '../run-part.ts';
import { type Watched, watchedOf } from './watched.ts';

export interface WatchEnd {
  /** The round's own where a round was watched. */
  readonly ledger: Ledger;
  readonly part: RunPart;
  /** When somebody saw it end; undefined where it was over already. */
  readonly seenAt?: Date;
}

/** Tells what a run, or a part of it, has come to, and what is next. Answers the exit code. */
export async function tellEnd(
  context: Context,
  open: ConnectedRun,
  { ledger, part, seenAt }: WatchEnd,
): Promise<number> {
  const { run, connection } = open;
  const watched = watchedOf(ledger, part);
  const rounds = roundsOf(part, (await readRun(connection.store, run)).rounds);
  // Who has seen it end knows when.
  const meter = lastEnd();
  if (ledger.isDetailed) for await (const row of watched.stream()) meter.add(row);
  const took = tookText({ ended: watched.ended, end: meter.end }, rounds, seenAt);
  const isWhole = part.step === undefined && part.round === undefined;
  if (isWhole) await tellReport(context, open);
  const use = await readUse(connection.store, rounds);
  const used =
    part.step === undefined ? use : { ...use, steps: use.steps.filter(each => each.step === part.step) };
  const { counts, steps, total } = watched;
  if (context.json)
    context.print(JSON.stringify({ event: 'ended', run: run.runId, ...part, ...counts, steps, used }));
  else {
    if (steps.length > 1) for (const step of steps) context.say(`  ${stepText(step)}`);
    // Bytes are told of a run or a round: nothing says of which step they were.
    for (const line of useText(part.step === undefined ? used : { ...used, bytesIn: 0, bytesOut: 0 }))
      context.say(`  ${line}`);
  }
  const isOver = ledger.ended;
  if (counts.done + counts.partial === total) {
    const missing =
      counts.partial > 0 ? `, ${numberText(counts.partial)} of them with something missing` : '';
    context.say(
      `${tint(context.io.err, 'good', `${countedOf(open, part, total, allOf)} done${missing}${took}`)}\n${nextOf(context, open, part, isOver ? 'fetch' : 'watch')}`,
    );
    return exitCodes.ok;
  }
  return tellLeft(context, open, { ledger, part, watched, took });
}

/** What of it is not done, why, and what to do about it. */
async function tellLeft(
  context: Context,
  open: ConnectedRun,
  { ledger, part, watched, took }: WatchEnd & { readonly watched: Watched; readonly took: string },
): Promise<number> {
  const { runId } = open.run;
  const causes = (await readCauses(context, open, ledger)).filter(isBefore(open, part.step));
  if (context.json) await writeJson(context.io.out, { event: 'causes', run: runId, causes });
  else context.io.err.write(causesText(context.io.err, causes, open.spec.item));
  const { failed, cancelled, blocked } = watched.counts;
  const rest = [
    ...(blocked > 0 ? [`${numberText(blocked)} wait for what failed`] : []),
    ...(cancelled > 0 ? [`${numberText(cancelled)} cancelled`] : []),
  ].map(text => `, ${text}`);
  const logs =
    failed > 0 && ledger.ended
      ? `what they printed: npx lab logs ${runId} --failed${partWords(part)}${context.suffix}\n`
      : '';
  // A step that waits is done again with what it waits for.
  const again = failed > 0 ? part : { ...part, step: undefined };
  const next = ledger.unsent.isAll
    ? `Next: ${resumeCommand(runId, context.suffix)}`
    : ledger.ended && open.run.request.request.open
      ? `Next: npx lab ${againWords(open.run)}${context.suffix}`
      : nextOf(context, open, again, ledger.ended ? 'retry' : 'watch');
  const unsent = unsentText(ledger.unsent);
  context.say(
    `${doneText(watched.counts, countedOf(open, part, watched.total))}${rest.join('')}${took}\n${unsent ? `${unsent}\n` : ''}${logs}${next}`,
  );
  return exitCodes.toMend;
}

function nextOf(
  context: Context,
  { run: { runId }, spec }: ConnectedRun,
  part: RunPart,
  verb: 'fetch' | 'watch' | 'retry',
): string {
  const about =
    verb === 'fetch' && spec.family?.look
      ? seeWords(spec, runId)
      : `${verb} ${runId}${verb === 'watch' ? '' : partWords(part)}`;
  return `Next: npx lab ${about}${context.suffix}`;
}

/** `3 plates`; of a step, which may have items of its own, `3 items of step store`. */
const countedOf = (
  { spec }: ConnectedRun,
  { step }: RunPart,
  count: number,
  text: typeof counted = counted,
): string =>
  step === undefined
    ? text(count, spec.item)
    : `${text(count, { one: 'item', many: 'items' })} of step ${step}`;

/** What fails behind a step is none of its causes; what failed before it is why it waits. */
function isBefore({ spec }: ConnectedRun, step: string | undefined): (cause: TreatedCause) => boolean {
  const placeOf = (name: string): number => spec.steps.findIndex(each => each.name === name);
  return cause => step === undefined || placeOf(cause.step) <= placeOf(step);
}

/** What the workload says of the run as a whole. */
async function tellReport(context: Context, { run, spec, items, connection }: ConnectedRun): Promise<void> {
  if (!spec.report) return;
  const { rounds } = await readRun(connection.store, run);
  const summary = await readSummary(connection.store, rounds);
  const { records: _, ...sums } = summary;
  const lines = spec.report([...items], summary);
  if (context.json) await writeJson(context.io.out, { event: 'report', run: run.runId, ...sums, lines });
  else for (const line of lines) context.say(`  ${line}`);
}
