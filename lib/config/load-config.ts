import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { LabError } from '../spec/errors.ts';
import type { LabConfigInput } from './define-lab.ts';

/** The default export of `lab.config.ts`, or a JSON file's object. Throws LabError where there is none. */
export async function loadConfig(path: string): Promise<LabConfigInput> {
  if (!existsSync(path))
    throw new LabError({ where: path, message: 'is not there', fix: 'lab init writes it' });
  if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8')) as LabConfigInput;
  const loaded = (await import(pathToFileURL(path).href)) as { default?: LabConfigInput };
  if (typeof loaded.default !== 'object')
    throw new LabError({
      where: path,
      message: 'has no default export',
      fix: 'export default defineLab({ … })',
    });
  return loaded.default;
}
