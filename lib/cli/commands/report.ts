import { resolve } from 'node:path';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { readReport, writeReport } from '../write-report.ts';

export const report: Command = {
  name: 'report',
  group: 'runs',
  summary: 'a page of a run to look at, to keep and to send: one file that needs nothing',
  usage: '[run] [--out FILE]',
  options: {
    out: { type: 'string', value: 'FILE', describe: 'where to (default report-<run>.html)' },
  },
  examples: ['lab report', 'lab report 3f9a2c --out reports/june.html'],
  onlyReads: true,
  async run(context, args) {
    const open = await openedRun(context, args);
    const ledger = await open.ledger();
    const read = await readReport(context, open, ledger);
    const { runId } = open.run;
    if (context.json) context.print(JSON.stringify({ ...read.facts, causes: read.causes }));
    else {
      const path = resolve(context.cwd, args.text('out') ?? `report-${runId}.html`);
      await writeReport(context, open, read, path);
      context.print(path);
    }
    const next = ledger.ended && read.causes.length > 0 ? 'why' : ledger.ended ? 'fetch' : 'watch';
    context.say(`Next: npx lab ${next} ${runId}${context.suffix}`);
    return exitCodes.ok;
  },
};
