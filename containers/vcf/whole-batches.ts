import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from './local-files.ts';
import type { Tool } from './tool.ts';

/**
 * The samples of those batches whose records are there to the last one, by one count a batch: a count of one sample reads all of
 * its batch. None of them was in the dataset before its batch was stored, so each can have its records or fewer, and where
 * the sum is right none has fewer. Batches for which it is not are left to be counted sample by sample.
 */
export async function wholeBatches(
  tool: Tool,
  batches: readonly (readonly Sample[])[],
  folder: string,
): Promise<ReadonlySet<Sample>> {
  const whole = new Set<Sample>();
  if (batches.length === 0) return whole;
  const listed = new Set(await tool.list());
  for (const [k, batch] of batches.entries()) {
    const withRecords = batch.filter(({ records }) => records > 0);
    if (withRecords.length === 0 || withRecords.some(({ name }) => !listed.has(name))) continue;
    const namesFile = join(folder, `names-${k}.txt`);
    await writeFile(namesFile, withRecords.map(({ name }) => `${name}\n`).join(''));
    const sum = withRecords.reduce((all, { records }) => all + records, 0);
    if ((await tool.countTogether(namesFile)) === sum) for (const sample of withRecords) whole.add(sample);
  }
  return whole;
}
