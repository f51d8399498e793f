import { join, resolve } from 'node:path';
import { makeFolder } from '../../contract/verb/make-folder.ts';
import { replaceFile } from '../../contract/verb/replace-file.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { pageAssets } from '../../report/page/assets.ts';
import { runsPage, type ShownRun } from '../../report/page/runs-page.ts';
import { openRun } from '../../runs/open-run.ts';
import { listRuns } from '../../runs/stored-run.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { type ConnectedRun, openedRun } from '../open.ts';
import { writeJson } from '../output/output.ts';
import { reportText } from '../output/report-text.ts';
import { type Reported, readReport, writeReport } from '../write-report.ts';

export const report: Command = {
  name: 'report',
  group: 'runs',
  summary: 'a page of a run to look at, to keep and to send: one file that needs nothing',
  usage: '[run] [--out FILE] | --all [--limit N]',
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      describe: 'where to (default report-<run>.html; of --all a folder)',
    },
    all: { type: 'boolean', describe: 'a page of every run, and one of all of them' },
    limit: { type: 'string', value: 'N', describe: 'of --all: only the newest N (default 50)' },
  },
  examples: ['lab report', 'lab report 3f9a2c --out reports/june.html', 'lab report --all --out reports'],
  onlyReads: true,
  run: (context, args) => (args.flag('all') ? reportAll(context, args) : reportOne(context, args)),
};

async function reportOne(context: Context, args: Args): Promise<number> {
  const open = await openedRun(context, args);
  const ledger = await open.ledger();
  const read = await readReport(context, open, ledger);
  const { runId } = open.run;
  if (context.json) await writeJson(context.io.out, { ...read.facts, causes: read.causes });
  else {
    const path = resolve(context.cwd, args.text('out') ?? `report-${runId}.html`);
    await writeReport(context, open, read, path);
    context.io.err.write(reportText(context.io.err, read.facts));
    context.print(path);
  }
  const next = ledger.ended && read.causes.length > 0 ? 'why' : ledger.ended ? 'fetch' : 'watch';
  context.say(`Next: npx lab ${next} ${runId}${context.suffix}`);
  return exitCodes.ok;
}

/** A page a run and one of all, in a folder. */
async function reportAll(context: Context, args: Args): Promise<number> {
  const connection = await context.connect();
  const limit = wholeNumber(args, 'limit') ?? 50;
  const names = context.workloads.map(spec => spec.name);
  const found = (await listRuns(connection.store, names)).slice(0, limit);
  const folder = resolve(context.cwd, args.text('out') ?? 'reports');
  if (!context.json) await makeFolder(folder);
  const shown: ShownRun[] = [];
  for (const [index, ref] of found.entries()) {
    context.say(`${index + 1} of ${found.length}: ${ref.runId}`);
    const open = await openRun(connection, context.workloads, ref.runId).catch((error: unknown) => {
      // Interrupted before anything of it was stored, or stored by a newer lab: the others have their pages.
      if (!(error instanceof LabError)) throw error;
      context.say(`  left out: ${error.message}`);
      return undefined;
    });
    if (!open || open.run.rounds.length === 0) continue;
    const read = await readReport(context, open, await open.ledger());
    const page = `${ref.runId}.html`;
    if (!context.json) await writeReport(context, open, read, join(folder, page));
    shown.push(shownRun(open, read, page));
  }
  if (context.json) await writeJson(context.io.out, shown);
  else {
    const { style } = await pageAssets();
    const path = join(folder, 'index.html');
    await replaceFile(path, runsPage((await context.config()).name, shown, context.now(), style));
    context.print(path);
  }
  context.say(`Next: npx lab runs${context.suffix}`);
  return exitCodes.ok;
}

const shownRun = ({ run }: ConnectedRun, { facts }: Reported, page: string): ShownRun => ({
  run: run.runId,
  workload: run.workload,
  ...(facts.name ? { name: facts.name } : {}),
  createdAt: facts.createdAt,
  ...(facts.lastAt ? { lastAt: facts.lastAt } : {}),
  ended: facts.ended,
  items: facts.items.names.length,
  done: facts.counts.done + facts.counts.partial,
  failed: facts.counts.failed,
  usage: facts.usage,
  page,
});
