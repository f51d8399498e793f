import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from '../local-files.ts';
import { type Tool, ToolError } from '../tool.ts';

/**
 * The samples of those groups whose records are there to the last one, by one count a group: a count of one sample reads all of
 * what was stored with it. Where none of them can have more records than its file, as right after a store of what was
 * absent, the sum is right only if none has fewer. Groups for which it is not, or that have a name which the tool does not know
 * (it checks names of a file), are left to be counted sample by sample.
 */
export async function wholeGroups(
  tool: Tool,
  groups: readonly (readonly Sample[])[],
  folder: string,
): Promise<ReadonlySet<Sample>> {
  const whole = new Set<Sample>();
  await mkdir(folder, { recursive: true });
  for (const [k, group] of groups.entries()) {
    const withRecords = group.filter(({ records }) => records > 0);
    if (withRecords.length === 0) continue;
    const namesFile = join(folder, `names-${k}.txt`);
    await writeFile(namesFile, withRecords.map(({ name }) => `${name}\n`).join(''));
    const sum = withRecords.reduce((all, { records }) => all + records, 0);
    if ((await countOf(tool, namesFile)) === sum) for (const sample of withRecords) whole.add(sample);
  }
  return whole;
}

/** Undefined where the tool refuses: what is wrong, a look at each sample tells. */
async function countOf(tool: Tool, namesFile: string): Promise<number | undefined> {
  try {
    return await tool.countTogether(namesFile);
  } catch (error) {
    if (error instanceof ToolError && !error.wasKilled) return undefined;
    throw error;
  }
}

/** The same of batches that were just stored: all of them by one count, and batch by batch where its sum is not right. */
export async function wholeBatches(
  tool: Tool,
  batches: readonly (readonly Sample[])[],
  folder: string,
): Promise<ReadonlySet<Sample>> {
  if (batches.length < 2) return wholeGroups(tool, batches, folder);
  const together = await wholeGroups(tool, [batches.flat()], folder);
  return together.size > 0 ? together : wholeGroups(tool, batches, folder);
}
