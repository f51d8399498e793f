import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { LedgerRow } from '../../ledger/ledger.ts';
import { distinctOutputs } from '../../ledger/overwritten.ts';
import type { Command } from '../command.ts';
import { counted, durationText, type Tone, table, tint } from '../output/output.ts';
import { openRun } from '../run-lookup.ts';

const tones: Record<LedgerRow['state'], Tone> = {
  done: 'good',
  failed: 'bad',
  running: 'busy',
  waiting: 'quiet',
  cancelled: 'quiet',
};

export const status: Command = {
  name: 'status',
  summary: 'the ledger of a run: every item by name',
  usage: '[run] [--failed | --not-done] [--names]',
  options: {
    failed: { type: 'boolean', describe: 'only what failed' },
    'not-done': { type: 'boolean', describe: 'only what is not done' },
    names: { type: 'boolean', describe: 'names alone, one a line' },
  },
  examples: ['lab status', 'lab status 3f9a2c --not-done --names > again.txt'],
  onlyReads: true,
  async run(context, args) {
    const { run, spec, ledger } = await openRun(context, args);
    const { rows: all, counts, ended } = await ledger();
    const rows = all.filter(row =>
      args.flag('failed') ? row.state === 'failed' : args.flag('not-done') ? row.state !== 'done' : true,
    );
    if (context.json)
      context.print(JSON.stringify({ run: run.runId, workload: run.workload, ended, counts, items: rows }));
    else if (args.flag('names')) for (const row of rows) context.print(row.name);
    else if (rows.length > 0) context.io.out.write(ledgerTable(context.io.out, spec.item.one, rows));
    const rest = (['failed', 'cancelled'] as const)
      .filter(state => counts[state] > 0)
      .map(state => `, ${counts[state]} ${state}`);
    context.say(
      `${run.runId}: ${counts.done.toLocaleString('en-US')} of ${counted(all.length, spec.item)} done${rest.join('')}`,
    );
    const { overwritten } = distinctOutputs(all);
    for (const text of overwritten.slice(0, 5)) context.say(text);
    const next = counts.done === all.length ? 'fetch' : ended ? 'retry' : 'watch';
    context.say(`Next: npx lab ${next} ${run.runId}${context.suffix}`);
    return exitCodes.ok;
  },
};

/** The rows as a table, in colours where the stream has them. */
function ledgerTable(stream: Parameters<typeof table>[0], noun: string, rows: readonly LedgerRow[]): string {
  return table(
    stream,
    [noun, 'state', 'round', 'tries', 'exit', 'took', 'reason'],
    rows.map(row => [
      row.name,
      tint(stream, tones[row.state], row.state),
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
