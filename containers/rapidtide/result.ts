import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { readNifti } from './nifti.ts';

/** Input image and prefix of the outputs of a command that runs Rapidtide itself; undefined for any other. */
export function rapidtideRun(
  command: readonly string[],
): { readonly input: string; readonly prefix: string } | undefined {
  const [program = '', input, prefix] = command;
  if (basename(program) !== 'rapidtide' || !input || !prefix) return undefined;
  return input.startsWith('-') || prefix.startsWith('-') ? undefined : { input, prefix };
}

/** Makes the folder, which Rapidtide does not, and takes away what another run left under this prefix. */
export async function freshPrefix(prefix: string): Promise<void> {
  await mkdir(dirname(prefix), { recursive: true });
  for (const path of await filesOf(prefix)) await rm(path, { force: true, recursive: true });
}

/**
 * Why a Rapidtide that exited with 0 has no result, or undefined where it has: it exits with 0 for an input that is not
 * 4D, and neither its exit code nor a _DONE alone tells. Done is a _DONE of this run, no _ISRUNNING, and maps that open.
 * `startedAt` in ms since 1970. Source: rapidtide 3.2.0, workflows/rapidtide.py.
 */
export async function missingResult(
  { input, prefix }: { readonly input: string; readonly prefix: string },
  startedAt: number,
): Promise<string | undefined> {
  const done = await stat(`${prefix}_DONE.txt`).catch(() => undefined);
  const isNew = done !== undefined && done.mtimeMs >= startedAt - 1000;
  if (!isNew || existsSync(`${prefix}_ISRUNNING.txt`))
    return `rapidtide exited with 0 and did not finish${await whyNot(input)}`;
  const maps = (await filesOf(prefix)).filter(path => /_map\.nii(?:\.gz)?$/.test(path));
  const needed = `${basename(prefix)}_desc-maxtime_map.nii.gz`;
  if (!maps.some(path => basename(path) === needed)) return `rapidtide made no ${needed}`;
  for (const path of maps) {
    const problem = await readNifti(path, { whole: true }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (problem !== undefined) return `${basename(path)} does not open: ${problem}`;
  }
  return undefined;
}

/** What Rapidtide says of an input with values that are no numbers, in one line of many: it goes on with zeros. */
export function nonFinite(line: string): string | undefined {
  const found = /dataset has (\d+) NaNs before fixing/.exec(line);
  return found && found[1] !== '0'
    ? `warning: ${counted(Number(found[1]), { one: 'value of the input is', many: 'values of the input are' })} not finite; Rapidtide took 0 for them, and its filters spread that`
    : undefined;
}

async function whyNot(input: string): Promise<string> {
  const image = await readNifti(input, { whole: false }).catch(() => undefined);
  return image && (image.axes[3] ?? 1) <= 1
    ? `: its input has ${counted(image.axes.length, 'dimension')} (${image.axes.join(' x ')}), and 4 are needed`
    : '';
}

async function filesOf(prefix: string): Promise<readonly string[]> {
  const folder = dirname(prefix);
  const begin = `${basename(prefix)}_`;
  return (await readdir(folder)).filter(name => name.startsWith(begin)).map(name => join(folder, name));
}
