import { resolve } from 'node:path';
import type { Tone } from '../../../lib/contract/verb/args.ts';
import { replaceFile } from '../../../lib/contract/verb/replace-file.ts';
import type { WorkloadVerb } from '../../../lib/contract/verb/verb.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { calendarText, reasonLines } from '../calendar-text.ts';
import { completenessOf } from '../completeness.ts';
import { completenessPage } from '../page.ts';
import { rowsCsv } from '../rows.ts';
import { runRows } from '../run-rows.ts';

const tones = { green: 'good', yellow: 'busy', red: 'bad', dim: 'quiet' } as const satisfies Record<
  string,
  Tone
>;

export const calendar: WorkloadVerb = {
  group: 'runs',
  summary: 'which station-days of an ambient-noise run are there, and why the others are not',
  usage: '[run] [--page FILE] [--csv FILE]',
  options: {
    page: {
      type: 'string',
      value: 'FILE',
      describe: 'a picture, a line a station and a column a day: one HTML file',
    },
    csv: { type: 'string', value: 'FILE', describe: 'every station-day with its state and reason' },
  },
  examples: ['lab calendar latest', 'lab calendar 3f9a2c --page year.html --csv year.csv'],
  async run(ports, args) {
    const { run, store, items, states } = await ports.run(args);
    if (run.workload !== 'ambient-noise')
      throw new LabError({
        where: run.runId,
        message: `is a run of ${run.workload}, which has no calendar`,
        fix: `npx lab status ${run.runId}`,
      });
    const rows = await runRows(store, run, [...items], run.request, await states());
    const files = [
      ['page', (): string => completenessPage(`${run.workload} ${run.runId}`, rows)],
      ['csv', (): string => rowsCsv(rows)],
    ] as const;
    for (const [option, text] of files) {
      const path = args.text(option);
      if (path === undefined) continue;
      await replaceFile(resolve(ports.cwd, path), text());
      ports.say(`wrote ${path}`);
    }
    const whole = completenessOf(rows);
    if (ports.json) {
      await ports.writeJson({ runId: run.runId, ...whole, stationDays: rows });
      return exitCodes.ok;
    }
    for (const line of calendarText(rows, (text, colour) => ports.tint(tones[colour], text)))
      ports.print(line);
    const reasons = reasonLines(rows);
    if (reasons.length > 0) {
      ports.print('');
      for (const line of reasons) ports.print(line);
    }
    const untold = rows.filter(({ state }) => state === 'untold').length;
    ports.print(
      `\n${whole.used} of ${whole.expected} station-days used, ${whole.found} found, ${whole.readable} readable${untold > 0 ? `; of ${untold} the script has told nothing (station-days.csv)` : ''}`,
    );
    ports.say(
      `Next: npx lab ${whole.used === whole.expected ? 'fetch' : 'status'} ${run.runId}${ports.suffix}`,
    );
    return exitCodes.ok;
  },
};
