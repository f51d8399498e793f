import type { OutputRecord } from '../../contract/run/records.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { ItemNoun } from '../../contract/workload/item.ts';
import type { ItemState, Ledger } from '../../ledger/ledger.ts';
import { distinctOutputs } from '../../ledger/overwritten.ts';
import { unsentText } from '../../ledger/unsent.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { type ConnectedRun, openedRunAndItems } from '../open.ts';
import { againWords, resumeCommand, seeWords } from '../output/command-line.ts';
import { counted, durationText, numberText, type Tone, table, tint, writeAll } from '../output/output.ts';
import { type StatusRow, stepText } from '../output/step-rows.ts';
import { lastEnd, tookText } from '../output/took.ts';
import { partOf, partOptions, type RunPart, readPart, roundsOf } from '../run-part.ts';

const tones: Record<ItemState, Tone> = {
  done: 'good',
  partial: 'good',
  failed: 'bad',
  running: 'busy',
  waiting: 'quiet',
  blocked: 'quiet',
  cancelled: 'quiet',
};

export const status: Command = {
  name: 'status',
  group: 'runs',
  summary: 'the ledger of a run: every item by name',
  usage: '[run] [item…] [--failed | --not-done] [--step STEP] [--names]',
  options: {
    failed: { type: 'boolean', describe: 'only what failed' },
    'not-done': { type: 'boolean', describe: 'only what is not done' },
    ...partOptions,
    names: { type: 'boolean', describe: 'names alone, one a line' },
  },
  examples: [
    'lab status',
    'lab status 3f9a2c --not-done --names > again.txt',
    'lab status latest 2019-01 --step day',
  ],
  onlyReads: true,
  async run(context, args) {
    const { open, names } = await openedRunAndItems(context, args);
    return showStatus(context, open, {
      names,
      ...partOf(args, open),
      namesOnly: args.flag('names'),
      only: args.flag('failed') ? 'failed' : args.flag('not-done') ? 'not-done' : 'all',
    });
  },
};

export interface StatusChoice extends RunPart {
  readonly names?: readonly string[];
  readonly only?: 'all' | 'failed' | 'not-done';
  readonly namesOnly?: boolean;
}

/** Rows that are one table: of more, each part has widths of its own. */
const rowsOfTable = 5000;
/** Rows up to which it is told which of their outputs others have overwritten; `fetch` tells it of all. */
const mostCompared = 20_000;

/** Shows how the items of a run stand. Throws LabError for a step or an item that it has not. */
export async function showStatus(
  context: Context,
  open: ConnectedRun,
  { names = [], only = 'all', namesOnly = false, ...part }: StatusChoice = {},
): Promise<number> {
  const { run, spec } = open;
  const { ledger: read, counts, rows, total: all } = await readPart(open, part);
  const { steps, ended } = read;
  const print = printer(
    context,
    { run: run.runId, workload: run.workload, ended, counts, steps },
    namesOnly,
    spec.item,
  );
  for await (const row of rows({ names, only })) await print.add(row);
  await print.end();
  if (steps.length > 1 && !namesOnly) for (const each of steps) context.say(`  ${stepText(each)}`);
  const rest = (['partial', 'failed', 'blocked', 'cancelled'] as const)
    .filter(state => counts[state] > 0)
    .map(state => `, ${numberText(counts[state])} ${state}`);
  const total = part.round === undefined ? read.rows.length : all;
  const { took, shared } = await lookBack(read, roundsOf(part, run.rounds));
  context.say(
    `${run.runId}: ${numberText(counts.done)} of ${counted(total, spec.item)} done${rest.join('')}${took}`,
  );
  for (const text of shared.slice(0, 5)) context.say(text);
  const unsent = unsentText(read.unsent);
  if (unsent) context.say(unsent);
  const isDone = counts.done + counts.partial === total;
  const next = isDone ? seeWords(spec, run.runId) : ended ? againWords(run) : `watch ${run.runId}`;
  context.say(
    `Next: ${read.unsent.isAll ? resumeCommand(run.runId, context.suffix) : `npx lab ${next}${context.suffix}`}`,
  );
  return exitCodes.ok;
}

/** What the records of a run that is not too large say of it as a whole: how long it took, and which files two have written. */
async function lookBack(
  ledger: Ledger,
  rounds: readonly RoundPlan[],
): Promise<{ readonly took: string; readonly shared: readonly string[] }> {
  if (!ledger.isDetailed || ledger.rows.length > mostCompared) return { took: '', shared: [] };
  const meter = lastEnd();
  const written: { readonly name: string; readonly outputs: readonly OutputRecord[] }[] = [];
  for await (const row of ledger.rows.stream({ details: true })) {
    meter.add(row);
    if (row.outputs) written.push({ name: row.name, outputs: row.outputs });
  }
  const { shared } = distinctOutputs(written);
  return { took: tookText({ ended: ledger.ended, end: meter.end }, rounds), shared };
}

/** Prints rows as they come: a document, a table or names may be larger than any one text can be. */
function printer(
  context: Context,
  head: object,
  namesOnly: boolean,
  noun: ItemNoun,
): { add(row: StatusRow): Promise<void>; end(): Promise<void> } {
  const { out } = context.io;
  const hasSteps = (head as { readonly steps: readonly unknown[] }).steps.length > 1;
  let rows: StatusRow[] = [];
  let parts = 0;
  const flush = async (isLast: boolean): Promise<void> => {
    const some = rows;
    rows = [];
    const isFirst = parts++ === 0;
    if (context.json) {
      const start = isFirst ? `${JSON.stringify(head).slice(0, -1)},"items":[` : some.length > 0 ? ',' : '';
      await writeAll(out, `${start}${some.map(row => JSON.stringify(row)).join(',')}${isLast ? ']}\n' : ''}`);
    } else if (namesOnly) await writeAll(out, some.map(row => `${row.name}\n`).join(''));
    else if (some.length > 0) {
      const text = ledgerTable(out, noun, some, hasSteps);
      await writeAll(out, isFirst ? text : text.slice(text.indexOf('\n') + 1));
    }
  };
  const most = context.json ? 100 : rowsOfTable;
  return {
    async add(row) {
      if (rows.length === most) await flush(false);
      rows.push(row);
    },
    end: () => flush(true),
  };
}

/** The rows as a table, in colours where the stream has them. */
function ledgerTable(
  stream: Parameters<typeof table>[0],
  { one, calledBy }: ItemNoun,
  rows: readonly StatusRow[],
  hasSteps: boolean,
): string {
  return table(
    stream,
    [
      one,
      ...(calledBy ? ['called'] : []),
      'state',
      ...(hasSteps ? ['step'] : []),
      'round',
      'tries',
      'exit',
      'took',
      'reason',
    ],
    rows.map(row => [
      row.name,
      ...(calledBy ? [row.labels?.[calledBy] ?? ''] : []),
      tint(stream, tones[row.state], row.state),
      ...(hasSteps ? [row.step] : []),
      String(row.round),
      String(row.attempts),
      row.exitCode === undefined ? '' : String(row.exitCode),
      row.startedAt && row.endedAt
        ? durationText((Date.parse(row.endedAt) - Date.parse(row.startedAt)) / 1000)
        : '',
      row.reason ?? '',
    ]),
  );
}
