import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { ItemState } from '../../ledger/ledger.ts';
import { distinctOutputs } from '../../ledger/overwritten.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { type OpenRun, openedRunAndItems } from '../open.ts';
import { counted, durationText, numberText, type Tone, table, tint } from '../output/output.ts';
import { type StatusRow, stepText } from '../output/step-rows.ts';
import { tookText } from '../output/took.ts';
import { named, partOf, partOptions, type RunPart, readPart } from '../run-part.ts';

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

/** Shows how the items of a run stand. Throws LabError for a step or an item that it has not. */
export async function showStatus(
  context: Context,
  open: OpenRun,
  { names = [], only = 'all', namesOnly = false, ...part }: StatusChoice = {},
): Promise<number> {
  const { run, spec } = open;
  const { ledger: read, rows: all } = await readPart(open, part);
  const rows = named(all, names, open).filter(
    row => only === 'all' || (only === 'failed' ? row.state === 'failed' : row.state !== 'done'),
  );
  const { counts, steps, ended } = read;
  if (context.json)
    context.print(
      JSON.stringify({ run: run.runId, workload: run.workload, ended, counts, steps, items: rows }),
    );
  else if (namesOnly) for (const row of rows) context.print(row.name);
  else if (rows.length > 0)
    context.io.out.write(ledgerTable(context.io.out, spec.item.one, rows, steps.length > 1));
  if (steps.length > 1 && !namesOnly) for (const each of steps) context.say(`  ${stepText(each)}`);
  const rest = (['partial', 'failed', 'blocked', 'cancelled'] as const)
    .filter(state => counts[state] > 0)
    .map(state => `, ${numberText(counts[state])} ${state}`);
  const total = part.round === undefined ? read.rows.length : all.length;
  context.say(
    `${run.runId}: ${numberText(counts.done)} of ${counted(total, spec.item)} done${rest.join('')}${tookText(read, run.rounds)}`,
  );
  const { shared } = distinctOutputs(read.rows);
  for (const text of shared.slice(0, 5)) context.say(text);
  const next = counts.done + counts.partial === total ? 'fetch' : ended ? 'retry' : 'watch';
  context.say(`Next: npx lab ${next} ${run.runId}${context.suffix}`);
  return exitCodes.ok;
}

/** The rows as a table, in colours where the stream has them. */
function ledgerTable(
  stream: Parameters<typeof table>[0],
  noun: string,
  rows: readonly StatusRow[],
  hasSteps: boolean,
): string {
  return table(
    stream,
    [noun, 'state', ...(hasSteps ? ['step'] : []), 'round', 'tries', 'exit', 'took', 'reason'],
    rows.map(row => [
      row.name,
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
