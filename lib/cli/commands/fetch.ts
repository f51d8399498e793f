import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { mapLimit } from '../../ledger/map-limit.ts';
import { LabError } from '../../spec/errors.ts';
import { exitCodes } from '../../spec/exit-codes.ts';
import { runPrefix } from '../../spec/keys.ts';
import type { Command } from '../command.ts';
import { bytesText } from '../output.ts';
import { openRun } from '../run-lookup.ts';

export const fetch: Command = {
  name: 'fetch',
  summary: 'download the outputs of a run',
  usage: '[run] [item…] [--to FOLDER]',
  options: { to: { type: 'string', value: 'FOLDER', describe: 'where to (default: ./<run>)' } },
  examples: ['lab fetch', 'lab fetch 3f9a2c 100307 --to results'],
  async run(context, args) {
    const { run, connection, ledger } = await openRun(context, args);
    const wanted = args.positionals.slice(1);
    const folder = resolve(context.cwd, args.text('to') ?? run.runId);
    const prefix = `${runPrefix(run)}outputs/`;
    const { rows } = await ledger();
    const chosen = rows.filter(row => wanted.length === 0 || wanted.includes(row.name));
    const unknown = wanted.filter(name => !rows.some(row => row.name === name));
    if (unknown.length > 0)
      throw new LabError({
        where: unknown.join(', '),
        message: `is no item of ${run.runId}`,
        fix: `lab status ${run.runId}`,
      });
    const outputs = chosen.flatMap(row => row.outputs ?? []);
    let fetched = 0;
    let bytes = 0;
    await mapLimit(outputs, 8, async output => {
      const path = safePath(
        folder,
        output.key.startsWith(prefix) ? output.key.slice(prefix.length) : output.key,
      );
      bytes += output.bytes;
      if (existsSync(path) && (await stat(path)).size === output.bytes) return;
      await connection.store.download(output.key, path);
      fetched++;
    });
    if (context.json)
      context.print(JSON.stringify({ run: run.runId, folder, files: outputs.length, fetched, bytes }));
    else context.print(folder);
    context.say(`${outputs.length} files, ${bytesText(bytes)}; ${fetched} fetched now`);
    context.say(`Next: ls ${relative(context.cwd, folder) || '.'}`);
    return exitCodes.ok;
  },
};

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
