import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../contract/ports/ports.ts';
import { failedPrefix } from '../../contract/run/keys.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { type OpenRun, openedRunAndItems } from '../open.ts';
import { failedFiles } from '../output/failed-files.ts';
import { bytesText, counted, harmless, tint, writeAll } from '../output/output.ts';
import { rowsOfStep, type StatusRow } from '../output/step-rows.ts';

export const logs: Command = {
  name: 'logs',
  group: 'runs',
  summary: 'what the tools of items printed',
  usage: '[run] [item…] [--failed] [--follow]',
  options: {
    failed: { type: 'boolean', describe: 'of every item that failed' },
    step: { type: 'string', value: 'STEP', describe: 'what it printed in this step' },
    follow: { type: 'boolean', describe: 'go on until the item has ended' },
  },
  examples: ['lab logs latest 100307', 'lab logs 3f9a2c --failed'],
  async run(context, args) {
    const { open, names: wanted } = await openedRunAndItems(context, args);
    const step = args.text('step');
    const ledger = await open.ledger();
    const rows = step === undefined ? ledger.rows : rowsOfStep(ledger, step);
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
      await printLog(context, open, row, args.flag('follow'));
      if (row.state === 'failed') await sayWhatIsKept(context, open, row.name);
    }
    context.say(
      chosen.length === 0 ? 'no item fits' : `Next: npx lab status ${open.run.runId}${context.suffix}`,
    );
    return exitCodes.ok;
  },
};

/** Names the files that failed attempts of an item left, which no fetch brings. */
async function sayWhatIsKept(context: Context, { connection, run }: OpenRun, item: string): Promise<void> {
  const prefix = failedPrefix(run, item);
  const { keys, bytes } = await failedFiles(connection.store, prefix);
  if (keys.length === 0) return;
  const some = keys.slice(0, 5).map(key => key.slice(prefix.length));
  const more = keys.length > some.length ? `, … (${keys.length.toLocaleString('en-US')})` : '';
  const files = counted(keys.length, { one: 'file', many: 'files' });
  context.say(
    `${item} left ${files}, ${bytesText(bytes)}, at s3://${connection.store.bucket}/${prefix}: ${some.join(', ')}${more}`,
  );
}

async function printLog(context: Context, open: OpenRun, given: StatusRow, follow: boolean): Promise<void> {
  const { connection } = open;
  let row = given;
  let at: Place = { stream: follow ? undefined : row.logStream };
  for (;;) {
    // Asked before the log is read: what ends meanwhile is read once more.
    const known = row.jobId ? (await connection.batch.describe([row.jobId]))[0] : undefined;
    // An item that waits knows only the array that it is part of, which prints nothing.
    const job = known?.arraySize === undefined || known.arrayIndex !== undefined ? known : undefined;
    const isUnderWay = job ? !isTerminal(job.status) : row.state === 'waiting' || row.state === 'running';
    // CloudWatch shows lines some seconds after they were printed.
    if (follow && !isUnderWay && !context.local) await pause(context, 5000);
    // Another attempt has another stream.
    const stream = job?.logStream ?? job?.attempts.at(-1)?.logStream ?? at.stream;
    if (stream !== at.stream) at = { stream };
    if (stream) at = { stream, token: await printPages(context, connection, row.name, stream, at.token) };
    if (!follow || !isUnderWay || context.signal.aborted) break;
    await pause(context, job || context.local ? 1000 : 5000);
    if (!job) row = (await open.ledger()).rows.find(each => each.name === row.name) ?? row;
  }
  if (!at.stream) context.say(`${row.name}: no log yet (${row.state})`);
}

interface Place {
  readonly stream: string | undefined;
  /** Where the next page begins. */
  readonly token?: string | undefined;
}

/** Prints what the stream has from there on; answers where to go on. */
async function printPages(
  context: Context,
  connection: Connection,
  item: string,
  stream: string,
  from: string | undefined,
): Promise<string | undefined> {
  for (let token = from; ; ) {
    const page = await connection.logs.read(stream, token);
    const { out } = context.io;
    const lines = page.lines.map(({ at, message }) =>
      context.json ? JSON.stringify({ item, at, message }) : harmless(out, message),
    );
    // What a page holds is one write: ten million lines are ten million writes otherwise.
    if (lines.length > 0) await writeAll(out, `${lines.join('\n')}\n`);
    if (context.signal.aborted) return token;
    if (page.token === undefined || page.token === token) return token;
    token = page.token;
  }
}

const pause = (context: Context, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: context.signal }).catch(() => undefined);
