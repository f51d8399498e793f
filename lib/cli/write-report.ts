import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../contract/verb/replace-file.ts';
import { counted } from '../contract/workload/number-text.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type RunFacts, readFacts, type ShownCause } from '../report/facts.ts';
import { pageAssets } from '../report/page/assets.ts';
import { runPage } from '../report/page/run-page.ts';
import { readRun } from '../runs/stored-run.ts';
import type { Context } from './context.ts';
import type { ConnectedRun } from './open.ts';
import type { TreatedCause } from './output/causes-text.ts';
import { readPriceTable } from './prices.ts';
import { readCauses } from './read-causes.ts';

/** What a report is made of. */
export interface Reported {
  readonly facts: RunFacts;
  readonly causes: readonly TreatedCause[];
}

/** Reads all that a report says of a run. */
export async function readReport(
  context: Context,
  open: ConnectedRun,
  ledger: Ledger,
  { isSimulated = false }: { readonly isSimulated?: boolean } = {},
): Promise<Reported> {
  const { connection, spec } = open;
  const { request, rounds } = await readRun(connection.store, open.run);
  const config = await context.config();
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  const { err } = context.io;
  const facts = await readFacts({
    store: connection.store,
    request,
    rounds,
    ledger,
    title: spec.title,
    noun: spec.item,
    region: config.region,
    version,
    prices: await readPriceTable(),
    poolOf: name => {
      const pool = config.pools[name];
      // The twin's jobs run on this machine, but for a rehearsal's, whose simulated hosts tell their types.
      const instanceTypes = context.local && !isSimulated ? [] : (pool?.instanceTypes ?? []);
      return { market: pool?.market ?? 'on-demand', instanceTypes };
    },
    changes: connection.changes,
    progress: records => {
      if (err.isTTY && !context.json) err.write(`\r\u001b[2K${counted(records, 'record')} read`);
    },
  });
  if (err.isTTY && !context.json) err.write('\r\u001b[2K');
  return { facts, causes: await readCauses(context, open, ledger) };
}

/** Writes the page of a run to a file. */
export async function writeReport(
  context: Context,
  { spec }: Pick<ConnectedRun, 'spec'>,
  { facts, causes }: Reported,
  path: string,
): Promise<void> {
  const page = runPage(
    { facts, causes: causes.map(shown), scratchGiB: spec.scratchGiB, madeAt: context.now() },
    await pageAssets(),
  );
  await replaceFile(path, page);
}

const namesShown = 12;

const shown = ({ names, remedy, tailOf, ...cause }: TreatedCause): ShownCause => ({
  ...cause,
  count: names.length,
  // Whose lines are shown stands first.
  some: [...(tailOf === undefined ? [] : [tailOf]), ...names.filter(name => name !== tailOf)].slice(
    0,
    namesShown,
  ),
  text: remedy.text,
  command: remedy.command,
});
