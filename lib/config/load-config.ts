import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { LabError } from '../contract/workload/errors.ts';
import type { LabConfigInput } from './define-lab.ts';

/** The default export of `lab.config.ts`, or a JSON file's object. Throws LabError where there is none. */
export async function loadConfig(path: string): Promise<LabConfigInput> {
  if (!existsSync(path))
    throw new LabError({ where: path, message: 'is not there', fix: 'npx lab init, which writes it' });
  const loaded = await read(path);
  if (typeof loaded.default !== 'object' || loaded.default === null)
    throw new LabError({
      where: path,
      message: 'has no default export',
      fix: 'export default defineLab({ … })',
    });
  return loaded.default;
}

async function read(path: string): Promise<{ default?: LabConfigInput }> {
  try {
    if (path.endsWith('.json'))
      return { default: JSON.parse(await readFile(path, 'utf8')) as LabConfigInput };
    return (await import(pathToFileURL(path).href)) as { default?: LabConfigInput };
  } catch (error) {
    // A comma too few is the person's, and no stack of ours helps to find it.
    throw new LabError({ where: path, message: `cannot be read: ${whereAndWhat(error, path)}` });
  }
}

/** `line 7: Expected ',', got ':'`, as far as the error knows; each loader puts the line somewhere else. */
function whereAndWhat(error: unknown, path: string): string {
  const { message = String(error), stack = '' } = error as Error;
  const name = path.replace(/^.*[\\/]/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = new RegExp(`${name}:(\\d+)`).exec(`${message}\n${stack}`)?.[1];
  const what =
    message
      .split('\n')
      .map(each => each.replace(/^.*: ERROR: /, '').trim())
      .find(each => each !== '' && !/^Transform failed/.test(each)) ?? message;
  return line === undefined ? what : `line ${line}: ${what}`;
}
