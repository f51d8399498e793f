import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bedText } from '../../../jobs/vcf/bed.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { exportFiles } from './export-call.ts';
import { finish } from './export-finish.ts';
import type { ExportedSample, ExportWorld } from './export-world.ts';

export type { Delivered, ExportedSample, ExportWorld } from './export-world.ts';

/**
 * Exports each sample of a list into exactly one file with all its records in the regions, and an index. Names are checked
 * against `list` before the tool sees them, for it checks none or exports everybody; every file is read to its end and counted.
 */
export async function exportOnce(
  samples: readonly string[],
  world: ExportWorld,
): Promise<readonly ExportedSample[]> {
  const { tool, signal } = world;
  const known = new Set(await tool.list());
  const results = new Map<string, ExportedSample>();
  const todo: string[] = [];
  for (const name of samples) {
    const delivered = await world.before(name);
    if (delivered) results.set(name, { name, is: 'done', delivered });
    else if (!known.has(name))
      results.set(name, { name, is: 'failed', reason: `${name} is not in the dataset` });
    else todo.push(name);
  }
  const bed = join(world.folder, 'regions.bed');
  await mkdir(world.folder, { recursive: true });
  await writeFile(bed, bedText(world.regions));
  for (let at = 0; at < todo.length && !signal.aborted; at += world.batch) {
    const names = todo.slice(at, at + world.batch);
    for (const result of await exportBatch(names, bed, world)) results.set(result.name, result);
  }
  return samples.map(name => results.get(name) ?? { name, is: 'open' });
}

async function exportBatch(
  names: readonly string[],
  bed: string,
  world: ExportWorld,
): Promise<readonly ExportedSample[]> {
  const counts = new Map(
    await mapLimit(names, 4, async name => [name, await world.tool.count(name, bed)] as const),
  );
  const files = await exportFiles(names, counts, bed, world);
  const results: ExportedSample[] = [];
  for (const name of names) {
    let path = files.get(name)!;
    let problem = typeof path === 'string' ? undefined : path.problem;
    if (problem !== undefined && !world.signal.aborted) {
      // Once more, alone: a disk that was full with all of them may not be with one.
      world.log(`${name}: its file ${problem}; it is exported again, alone`);
      path = (await exportFiles([name], counts, bed, world)).get(name)!;
      problem = typeof path === 'string' ? undefined : path.problem;
    }
    if (world.signal.aborted) results.push({ name, is: 'open' });
    else if (typeof path !== 'string')
      results.push({ name, is: 'failed', reason: `the file of ${name} ${problem}` });
    else results.push(await finish(name, path, counts.get(name)!, world));
  }
  return results;
}
