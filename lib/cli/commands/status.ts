import { refuse } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { ItemState } from '../../ledger/ledger.ts';
import { distinctOutputs } from '../../ledger/overwritten.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { type OpenRun, openedRunAndItems } from '../open.ts';
import { counted, durationText, numberText, type Tone, table, tint } from '../output/output.ts';
import { rowsOfStep, type StatusRow, stepText } from '../output/step-rows.ts';
import { tookText } from '../output/took.ts';

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
    step: { type: 'string', value: 'STEP', describe: 'how its items stand in this step' },
    round: { type: 'string', value: 'N', describe: 'only what this round had, from 0' },
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
    const step = args.text('step');
    const round = args.text('round');
    return showStatus(context, open, {
      names,
      ...(step === undefined ? {} : { step }),
      ...(round === undefined ? {} : { round: Number(round) }),
      namesOnly: args.flag('names'),
      only: args.flag('failed') ? 'failed' : args.flag('not-done') ? 'not-done' : 'all',
    });
  },
};

export interface StatusChoice {
  readonly names?: readonly string[];
  readonly step?: string;
  readonly round?: number;
  readonly only?: 'all' | 'failed' | 'not-done';
  readonly namesOnly?: boolean;
}

/** Shows how the items of a run stand. Throws LabError for a step or an item that it has not. */
export async function showStatus(
  context: Context,
  { run, spec, ledger }: OpenRun,
  { names = [], step, round, only = 'all', namesOnly = false }: StatusChoice = {},
): Promise<number> {
  const read = await ledger();
  const all: readonly StatusRow[] = step === undefined ? read.rows : rowsOfStep(read, step);
  const known = new Set(all.flatMap(row => [row.name, ...(row.of === undefined ? [] : [row.of])]));
  refuse(
    names
      .filter(name => !known.has(name))
      .map(name => ({
        where: name,
        message: `is no ${spec.item.one} of ${run.runId}`,
        fix: `lab status ${run.runId}`,
      })),
  );
  const rows = all.filter(
    row =>
      (names.length === 0 || names.includes(row.name) || (row.of !== undefined && names.includes(row.of))) &&
      (round === undefined || row.round === round) &&
      (only === 'all' || (only === 'failed' ? row.state === 'failed' : row.state !== 'done')),
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
  const total = read.rows.length;
  context.say(
    `${run.runId}: ${numberText(counts.done)} of ${counted(total, spec.item)} done${rest.join('')}${tookText(read, run.rounds)}`,
  );
  const { overwritten } = distinctOutputs(read.rows);
  for (const text of overwritten.slice(0, 5)) context.say(text);
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
