import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { calendarText, reasonLines } from '../../../jobs/ambient-noise/calendar-text.ts';
import { completenessOf } from '../../../jobs/ambient-noise/completeness.ts';
import { completenessPage } from '../../../jobs/ambient-noise/page.ts';
import { rowsCsv } from '../../../jobs/ambient-noise/rows.ts';
import { runRows } from '../../../jobs/ambient-noise/run-rows.ts';
import { ambientNoise } from '../../../jobs/ambient-noise/spec.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { type Tone, tint, writeJson } from '../output/output.ts';

const tones = { green: 'good', yellow: 'busy', red: 'bad', dim: 'quiet' } as const satisfies Record<
  string,
  Tone
>;

export const calendar: Command = {
  name: 'calendar',
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
  async run(context, args) {
    const open = await openedRun(context, args);
    if (open.spec.name !== ambientNoise.name)
      throw new LabError({
        where: open.run.runId,
        message: `is a run of ${open.spec.name}, which has no calendar`,
        fix: `lab status ${open.run.runId}`,
      });
    const ledger = await open.ledger();
    const rows = await runRows(
      open.connection.store,
      open.run,
      [...open.items],
      open.run.request.request,
      unit => ledger.rows.named(unit)?.state,
    );
    const files = [
      ['page', (): string => completenessPage(`${ambientNoise.name} ${open.run.runId}`, rows)],
      ['csv', (): string => rowsCsv(rows)],
    ] as const;
    for (const [option, text] of files) {
      const path = args.text(option);
      if (path === undefined) continue;
      await writeFile(resolve(context.cwd, path), text());
      context.say(`wrote ${path}`);
    }
    const whole = completenessOf(rows);
    if (context.json) {
      await writeJson(context.io.out, { runId: open.run.runId, ...whole, stationDays: rows });
      return exitCodes.ok;
    }
    for (const line of calendarText(rows, (text, colour) => tint(context.io.out, tones[colour], text)))
      context.print(line);
    const reasons = reasonLines(rows);
    if (reasons.length > 0) {
      context.print('');
      for (const line of reasons) context.print(line);
    }
    context.print(
      `\n${whole.used} of ${whole.expected} station-days used, ${whole.found} found, ${whole.readable} readable`,
    );
    context.say(
      `Next: npx lab ${whole.used === whole.expected ? 'fetch' : 'status'} ${open.run.runId}${context.suffix}`,
    );
    return exitCodes.ok;
  },
};
