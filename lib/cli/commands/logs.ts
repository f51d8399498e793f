import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type LogLine } from '../../contract/ports/ports.ts';
import { nodeJobId, parentJobId } from '../../contract/run/claim.ts';
import { failedPrefix } from '../../contract/run/keys.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Args, Command } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { type ConnectedRun, openedRunAndItems } from '../open.ts';
import { failedFiles } from '../output/failed-files.ts';
import { bytesText, counted, harmless, tint, writeAll } from '../output/output.ts';
import type { StatusRow } from '../output/step-rows.ts';
import { partOf, partOptions, type RunPart, readPart } from '../run-part.ts';

export const logs: Command = {
  name: 'logs',
  group: 'runs',
  summary: 'what the tools of items printed',
  usage: '[run] [item…] [--failed] [--tail N] [--node N] [--follow]',
  options: {
    failed: { type: 'boolean', describe: 'of every item that failed: why, and the last lines' },
    tail: {
      type: 'string',
      value: 'N',
      describe: 'the last N lines alone, or all (with --failed: 100 where it is not said)',
    },
    node: { type: 'string', value: 'N', describe: 'of a job of several nodes: this one, the main one is 0' },
    ...partOptions,
    follow: { type: 'boolean', describe: 'go on until the item has ended' },
  },
  examples: ['lab logs latest 100307', 'lab logs 3f9a2c --failed', 'lab logs 3f9a2c 100307 --tail 20'],
  async run(context, args) {
    const { open, names: wanted } = await openedRunAndItems(context, args);
    if (args.flag('follow')) open.connection.runJobs();
    const part = partOf(args, open);
    const chosen: StatusRow[] = [];
    const only = wanted.length === 0 && args.flag('failed') ? 'failed' : 'all';
    for await (const row of (await readPart(open, part)).rows({ names: wanted, only })) chosen.push(row);
    const tail = tailOf(args);
    const node = wholeNumber(args, 'node', 0);
    if (node !== undefined) checkNode(open, chosen, node);
    // A shard's items have one log.
    const shown = new Map<string, string>();
    for (const row of chosen) {
      if (context.signal.aborted) break;
      if (chosen.length > 1 || row.state === 'failed') context.say(headingOf(context, row));
      const same = row.logStream === undefined || node !== undefined ? undefined : shown.get(row.logStream);
      if (same !== undefined) context.say(`its log is that of ${same}, above`);
      else await printLog(context, open, row, { follow: args.flag('follow'), tail, part, node });
      if (row.logStream !== undefined && same === undefined) shown.set(row.logStream, row.name);
      if (row.state === 'failed') await sayWhatIsKept(context, open, row.name);
    }
    context.say(
      `${chosen.length === 0 ? 'no item fits\n' : ''}Next: npx lab status ${open.run.runId}${context.suffix}`,
    );
    return context.signal.aborted ? exitCodes.interruptedByUser : exitCodes.ok;
  },
};

/** Throws LabError for a node that the jobs of one of the items have not. */
function checkNode({ run }: ConnectedRun, rows: readonly StatusRow[], node: number): void {
  for (const { name, step } of rows) {
    const lanes = run.rounds.flatMap(({ steps }) => steps).filter(each => each.name === step);
    const nodes = Math.max(1, ...lanes.flatMap(each => each.lanes.map(lane => lane.nodes ?? 1)));
    if (node < nodes) continue;
    throw new LabError({
      where: `--node ${node}`,
      message: `${name} is in step ${step}, whose jobs have ${counted(nodes, 'node')}`,
      fix: nodes === 1 ? 'leave it out' : `0 to ${nodes - 1}`,
    });
  }
}

/** Lines to show of each log; undefined for all. */
function tailOf(args: Args): number | undefined {
  const text = args.text('tail');
  if (text !== undefined && args.flag('follow'))
    throw new LabError({
      where: '--tail',
      message: 'is the end of a log, and --follow goes on after it',
      fix: 'leave one out',
    });
  if (text === undefined) return args.flag('failed') && !args.flag('follow') ? 100 : undefined;
  return text === 'all' ? undefined : Math.min(wholeNumber(args, 'tail')!, 10_000);
}

/** `── s7 (failed in store, exit code 64): 5 of 10 records are in the dataset`. */
function headingOf(context: Context, { name, state, step, exitCode, reason }: StatusRow): string {
  const code = exitCode === undefined ? '' : `, exit code ${exitCode}`;
  const why =
    state === 'failed' ? ` (failed in ${step}${code})${reason ? `: ${reason}` : ''}` : ` (${state})`;
  const { err } = context.io;
  return tint(err, 'strong', `── ${harmless(err, name + why)}`);
}

/** Names the files that failed attempts of an item left, which no fetch brings. */
async function sayWhatIsKept(
  context: Context,
  { connection, run }: ConnectedRun,
  item: string,
): Promise<void> {
  const prefix = failedPrefix(run, item);
  const { keys, bytes } = await failedFiles(connection.store, prefix);
  if (keys.length === 0) return;
  const some = keys.slice(0, 5).map(key => key.slice(prefix.length));
  const more = keys.length > some.length ? `, … (${keys.length.toLocaleString('en-US')})` : '';
  const files = counted(keys.length, 'file');
  context.say(
    `${item} left ${files}, ${bytesText(bytes)}, at s3://${connection.store.bucket}/${prefix}: ${some.join(', ')}${more}`,
  );
}

async function printLog(
  context: Context,
  open: ConnectedRun,
  given: StatusRow,
  {
    follow,
    tail,
    part,
    node,
  }: {
    readonly follow: boolean;
    readonly tail: number | undefined;
    readonly part: RunPart;
    /** Undefined: the main one's, or there are none. */
    readonly node: number | undefined;
  },
): Promise<void> {
  const { connection } = open;
  let row = given;
  let at: Place = { stream: follow || node !== undefined ? undefined : row.logStream };
  for (;;) {
    // Asked before the log is read: what ends meanwhile is read once more.
    const jobId =
      row.jobId === undefined || node === undefined ? row.jobId : nodeJobId(parentJobId(row.jobId), node);
    const known = jobId ? (await connection.batch.describe([jobId]))[0] : undefined;
    // An item that waits knows only the array that it is part of, which prints nothing.
    const job = known?.arraySize === undefined || known.arrayIndex !== undefined ? known : undefined;
    const isUnderWay = job ? !isTerminal(job.status) : row.state === 'waiting' || row.state === 'running';
    // CloudWatch shows lines some seconds after they were printed.
    if (follow && !isUnderWay && !context.local) await pause(context, 5000);
    // Another attempt has another stream.
    const stream = job?.logStream ?? job?.attempts.at(-1)?.logStream ?? at.stream;
    if (stream !== at.stream) at = { stream };
    if (stream && tail !== undefined)
      await printLines(context, row.name, await connection.logs.tail(stream, tail));
    else if (stream)
      at = { stream, token: await printPages(context, connection, row.name, stream, at.token) };
    if (!follow || !isUnderWay || context.signal.aborted) break;
    await pause(context, job || context.local ? 1000 : 5000);
    if (!job)
      for await (const each of (await readPart(open, part)).rows({ names: [row.name], details: false }))
        if (each.name === row.name) row = each;
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
    await printLines(context, item, page.lines);
    if (context.signal.aborted) return token;
    if (page.token === undefined || page.token === token) return token;
    token = page.token;
  }
}

async function printLines(context: Context, item: string, lines: readonly LogLine[]): Promise<void> {
  const { out } = context.io;
  const texts = lines.map(({ at, message }) =>
    context.json ? JSON.stringify({ item, at, message }) : harmless(out, message),
  );
  // What a page holds is one write: ten million lines are ten million writes otherwise.
  if (texts.length > 0) await writeAll(out, `${texts.join('\n')}\n`);
}

const pause = (context: Context, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: context.signal }).catch(() => undefined);
