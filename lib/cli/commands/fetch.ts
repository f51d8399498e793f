import { isAbsolute, join, relative, resolve } from 'node:path';
import { isStoreError } from '../../contract/ports/object-store.ts';
import { runPrefix } from '../../contract/run/keys.ts';
import { eachLimit } from '../../contract/run/map-limit.ts';
import type { OutputRecord } from '../../contract/run/records.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { isWell } from '../../ledger/entries.ts';
import { detailedShards } from '../../ledger/ledger.ts';
import { DistinctOutputs } from '../../ledger/overwritten.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { openedRunAndItems } from '../open.ts';
import { sameCommand, shellWord } from '../output/command-line.ts';
import { bytesText, counted, durationText, numberText, writeJson } from '../output/output.ts';
import { isSameFile } from '../output/same-file.ts';
import { partOf, partOptions, readPart } from '../run-part.ts';
import { paceMeter } from '../watch/pace.ts';

export const fetch: Command = {
  name: 'fetch',
  group: 'runs',
  summary: 'download the outputs of a run',
  usage: '[run] [item…] [--step STEP] [--to FOLDER]',
  options: {
    to: { type: 'string', value: 'FOLDER', describe: 'where to (default: ./<run>)' },
    ...partOptions,
  },
  examples: ['lab fetch', 'lab fetch 3f9a2c 100307 --to results'],
  async run(context, args) {
    const { open, names: wanted } = await openedRunAndItems(context, args);
    const { run, spec, items, connection } = open;
    const folder = resolve(context.cwd, args.text('to') ?? run.runId);
    const prefix = `${runPrefix(run)}outputs/`;
    if (items.length > detailedShards)
      context.say(`reading what ${counted(items.length, spec.item)} have made …`);
    const fileOf = ({ key }: OutputRecord): string =>
      key.startsWith(prefix) ? key.slice(prefix.length) : key;
    const outputs = new DistinctOutputs(fileOf);
    const { shared } = outputs;
    const seen = { rows: 0, done: 0 };
    const partial: string[] = [];
    const { rows } = await readPart(open, partOf(args, open));
    for await (const row of rows({ names: wanted, details: true })) {
      outputs.add(row);
      seen.rows++;
      if (isWell(row.state)) seen.done++;
      if (row.state === 'partial') partial.push(row.name);
    }
    if (outputs.count === 0 && shared.length === 0) {
      if (context.json)
        context.print(JSON.stringify({ run: run.runId, folder, files: 0, fetched: 0, bytes: 0 }));
      context.say(
        `nothing to fetch: ${numberText(seen.done)} of ${counted(seen.rows, spec.item)} done, with no outputs`,
      );
      context.say(`Next: npx lab logs ${run.runId}${context.suffix}`);
      return exitCodes.ok;
    }
    const progress = fetchProgress(context, outputs.count, outputs.bytes);
    // A file that would be one of two is none.
    const lacking = [...shared];
    let fetched = 0;
    let bytes = 0;
    await eachLimit(outputs, 8, async output => {
      const path = safePath(folder, fileOf(output));
      if (!(await isSameFile(path, output))) {
        try {
          const store = output.bucket === undefined ? connection.store : connection.storeOf(output.bucket);
          await store.download(output.key, path, context.signal);
        } catch (error) {
          if (context.signal.aborted) return;
          if (!isGone(error)) throw error;
          lacking.push(
            `s3://${output.bucket ?? connection.store.bucket}/${output.key} is not there any more`,
          );
          return;
        }
        fetched++;
      }
      bytes += output.bytes;
      progress.tick(output.bytes);
    }).finally(progress.clear);
    if (context.signal.aborted) {
      context.say(`\ninterrupted; ${filesText(fetched)} here now\nNext: ${sameCommand(context.argv, '')}`);
      return exitCodes.interruptedByUser;
    }
    const here = outputs.count - (lacking.length - shared.length);
    if (context.json)
      await writeJson(context.io.out, {
        run: run.runId,
        folder,
        files: here,
        items: seen.rows,
        done: seen.done,
        fetched,
        bytes,
        notFetched: lacking,
      });
    else context.print(folder);
    context.say(`${filesText(here)}, ${bytesText(bytes)}; ${numberText(fetched)} fetched now`);
    // What is here is not all of it: whoever counts on a folder being whole is told.
    if (seen.done < seen.rows)
      context.say(
        `${numberText(seen.done)} of ${counted(seen.rows, spec.item)} done: what the others make is not here (npx lab why ${run.runId}${context.suffix})`,
      );
    if (partial.length > 0) context.say(`with something missing: ${someOf(partial)}`);
    for (const text of lacking.slice(0, 10)) context.say(`not fetched: ${text}`);
    if (lacking.length > 10) context.say(`and ${numberText(lacking.length - 10)} more that were not fetched`);
    context.say(`Next: ls ${shellWord(relative(context.cwd, folder) || '.')}`);
    return lacking.length > 0 ? exitCodes.toMend : exitCodes.ok;
  },
};

const someOf = (names: readonly string[]): string =>
  names.length > 6
    ? `${names.slice(0, 5).join(', ')} and ${numberText(names.length - 5)} more`
    : names.join(', ');

const isGone = (error: unknown): boolean =>
  isStoreError(error, 'NoSuchKey', 'NotFound') || /^(NoSuchKey|NotFound)$/.test((error as Error).name);

const filesText = (count: number): string => counted(count, 'file');
/** What has come so far: drawn again on a terminal, a line now and then elsewhere; nothing for what is there at once. */
function fetchProgress(
  context: Context,
  files: number,
  bytes: number,
): { tick(bytes: number): void; clear(): void } {
  const { err } = context.io;
  const everyMs = err.isTTY ? 500 : 30_000;
  let told = performance.now();
  const pace = paceMeter();
  let isDrawn = false;
  let done = 0;
  let come = 0;
  return {
    tick(size) {
      done++;
      come += size;
      if (context.json || performance.now() - told < everyMs) return;
      told = performance.now();
      const { leftSeconds } = pace(come, bytes - come, told / 1000);
      const left = leftSeconds === undefined ? '' : `, ${durationText(leftSeconds)} left`;
      const text = `${numberText(done)} of ${filesText(files)}, ${bytesText(come)} of ${bytesText(bytes)}${left}`;
      if (err.isTTY) err.write(`\r\u001b[2K${text}`);
      else context.say(text);
      isDrawn = true;
    },
    clear: () => void (err.isTTY && isDrawn && err.write('\r\u001b[2K')),
  };
}

/** A key as a path below the folder; a key that would leave it is refused. */
function safePath(folder: string, key: string): string {
  const path = join(folder, ...key.split('/'));
  const inside = relative(folder, path);
  if (inside.startsWith('..') || isAbsolute(inside))
    throw new LabError({
      where: key,
      message: 'would be written outside the folder',
      fix: 'fetch it with aws s3 cp under another name',
    });
  return path;
}
