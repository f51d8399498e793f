import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  completenessOf,
  missingText,
  type Verdict,
  verdict,
} from '../../../jobs/ambient-noise/completeness.ts';
import { parseRows } from '../../../jobs/ambient-noise/rows.ts';
import type { StationDay } from '../../../jobs/ambient-noise/station-day.ts';
import type { Unit } from '../../../jobs/ambient-noise/units.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { howToolEnded } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { ExecResult } from '../../../lib/contract/workload/task.ts';
import { atOnce, listed, type Results } from '../places.ts';
import { type ScriptPlaces, scriptCommand, scriptEnvironment } from './environment.ts';

/** What a script may tell of its station-days, in its output folder. */
export const rowsFile = 'station-days.csv';

export interface ScriptWork {
  readonly unit: Unit;
  readonly script: string;
  /** As its user calls it: a path in scratch is another one in each job, and would make a cause of its own of each failure. */
  readonly name: string;
  readonly arguments: readonly string[];
  readonly allowed: number;
  readonly places: Omit<ScriptPlaces, 'unit' | 'outputFolder' | 'checkpointFolder'>;
  readonly results: Results;
  /** Key prefixes, `/` at the end. */
  readonly outputPrefix: string;
  readonly checkpointPrefix: string;
  exec(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<ExecResult>;
  readonly signal: AbortSignal;
  log(line: string): void;
}

export interface ScriptResult {
  readonly exitCode: number;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly rows: readonly StationDay[];
  /** What the script left to be stored. */
  readonly outputFolder: string;
}

/**
 * Runs a script over a unit. What it had in its folders of outputs and of its checkpoint when it was stopped is there again at
 * its next attempt. A script that ends well and has left nothing has not done its unit.
 */
export async function runScript(work: ScriptWork): Promise<ScriptResult> {
  const { unit, places, results, signal } = work;
  const outputFolder = join(places.scratch, 'out');
  const checkpointFolder = join(places.scratch, 'checkpoint');
  const folders = { out: outputFolder, checkpoint: checkpointFolder };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  await restore(work, folders);
  const { exitCode, signal: killedBy } = await work.exec(
    scriptCommand(work.script, work.arguments, unit),
    scriptEnvironment({ ...places, unit, outputFolder, checkpointFolder }),
  );
  const end = { exitCode, rows: [], outputFolder, verdict: 'failed' } as const;
  if (exitCode !== 0) {
    if (signal.aborted) await keep(work, folders);
    return { ...end, reason: exitText(work.name, exitCode, killedBy) };
  }
  const made = await readdir(outputFolder);
  const rows = await rowsOf(outputFolder);
  if (typeof rows === 'string') return { ...end, reason: rows };
  const written = made.length > 0 || (await listed(results.list(work.outputPrefix, { limit: 1 }))).length > 0;
  if (!written)
    return {
      ...end,
      reason: `${work.name} ended well, and left nothing in OUTPUT_DIR or below OUTPUT_URI`,
    };
  if (rows.length === 0) return { ...end, verdict: 'whole' };
  const judged = verdict(completenessOf(rows), work.allowed);
  return { ...end, rows, verdict: judged, ...(judged === 'whole' ? {} : { reason: missingText(rows) }) };
}

async function rowsOf(folder: string): Promise<readonly StationDay[] | string> {
  const path = join(folder, rowsFile);
  if (!existsSync(path)) return [];
  try {
    return parseRows(await readFile(path, 'utf8'));
  } catch (error) {
    return `${rowsFile}: ${(error as Error).message}`;
  }
}

/** Both are kept together: a day that the checkpoint says is done has its outputs. */
type Folders = Readonly<Record<'out' | 'checkpoint', string>>;

async function restore(
  { results, checkpointPrefix, signal, log }: ScriptWork,
  folders: Folders,
): Promise<void> {
  const kept = await listed(results.list(checkpointPrefix));
  if (kept.length > 0) log(`goes on from a checkpoint of ${counted(kept.length, 'file')}`);
  await mapLimit(kept, atOnce, async ({ key }) => {
    const [name, ...rest] = key.slice(checkpointPrefix.length).split('/');
    const path = join(folders[name as keyof Folders] ?? folders.checkpoint, ...rest);
    await mkdir(dirname(path), { recursive: true });
    await results.download(key, path, signal);
  });
}

/** The script has ended by now: what it left is not being written to. */
async function keep({ results, checkpointPrefix, log }: ScriptWork, folders: Folders): Promise<void> {
  const files = (
    await Promise.all(
      Object.entries(folders).map(async ([name, folder]) => {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        return entries
          .filter(entry => entry.isFile())
          .map(entry => join(entry.parentPath, entry.name))
          .map(path => ({ path, key: `${checkpointPrefix}${name}/${relative(folder, path)}` }));
      }),
    )
  ).flat();
  await mapLimit(files, atOnce, ({ path, key }) => results.upload(path, key));
  if (files.length > 0) log(`kept a checkpoint of ${counted(files.length, 'file')}`);
}

function exitText(name: string, exitCode: number, killedBy: string | undefined): string {
  if (exitCode === 127) return `${name} is not found in the image, or what it is run with is not`;
  if (exitCode === 126) return `${name} is not executable`;
  return `${name} ${howToolEnded(killedBy === 'SIGKILL' ? 137 : exitCode)}`;
}
