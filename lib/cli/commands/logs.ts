import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRow } from '../../ledger/ledger.ts';
import { LabError } from '../../spec/errors.ts';
import { exitCodes } from '../../spec/exit-codes.ts';
import type { Command } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { tint } from '../output.ts';
import { openRun } from '../run-lookup.ts';

export const logs: Command = {
  name: 'logs',
  summary: 'what the tools of items printed',
  usage: '[run] [item…] [--failed] [--follow]',
  options: {
    failed: { type: 'boolean', describe: 'of every item that failed' },
    follow: { type: 'boolean', describe: 'go on until the item has ended' },
  },
  examples: ['lab logs latest 100307', 'lab logs 3f9a2c --failed'],
  async run(context, args) {
    const open = await openRun(context, args);
    const { rows } = await open.ledger();
    const wanted = args.positionals.slice(1);
    const unknown = wanted.filter(name => !rows.some(row => row.name === name));
    if (unknown.length > 0)
      throw new LabError({
        where: unknown.join(', '),
        message: `is no ${open.spec.item.one} of ${open.run.runId}`,
        fix: `lab status ${open.run.runId}`,
      });
    const chosen = rows.filter(row =>
      wanted.length > 0 ? wanted.includes(row.name) : args.flag('failed') ? row.state === 'failed' : true,
    );
    for (const row of chosen) {
      if (chosen.length > 1) context.say(tint(context.io.err, 'strong', `── ${row.name} (${row.state})`));
      await printLog(context, open.connection, row, args.flag('follow'));
    }
    context.say(chosen.length === 0 ? 'no item fits' : `Next: lab status ${open.run.runId}${context.suffix}`);
    return exitCodes.ok;
  },
};

async function printLog(
  context: Context,
  connection: Connection,
  row: LedgerRow,
  follow: boolean,
): Promise<void> {
  const stream = row.logStream ?? (await streamOf(connection, row));
  if (!stream) {
    context.say(`${row.name}: no log yet (${row.state})`);
    return;
  }
  let token: string | undefined;
  for (;;) {
    const page = await connection.logs.read(stream, token);
    for (const line of page.lines)
      context.print(
        context.json ? JSON.stringify({ item: row.name, at: line.at, message: line.message }) : line.message,
      );
    const atEnd = page.token === undefined || page.token === token;
    token = page.token ?? token;
    if (!atEnd) continue;
    if (!follow || context.signal.aborted || (await hasEnded(connection, row))) return;
    await sleep(1000, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

async function streamOf(connection: Connection, row: LedgerRow): Promise<string | undefined> {
  if (!row.jobId) return undefined;
  const job = (await connection.batch.describe([row.jobId]))[0];
  return job?.logStream ?? job?.attempts.at(-1)?.logStream;
}

async function hasEnded(connection: Connection, row: LedgerRow): Promise<boolean> {
  const job = row.jobId ? (await connection.batch.describe([row.jobId]))[0] : undefined;
  return !job || job.status === 'SUCCEEDED' || job.status === 'FAILED';
}
