import { join } from 'node:path';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Sample } from '../local-files.ts';
import { type OpenDataset, openDataset } from '../open-dataset.ts';
import { touchOf, whyCountAgain } from '../proof.ts';
import { countAll } from '../settle.ts';
import { storeSizes } from '../sizes.ts';
import { cut } from '../store/store-batches.ts';
import { wholeGroups } from '../store/whole-batches.ts';
import type { Tool } from '../tool.ts';
import type { VcfWorld } from '../vcf-world.ts';
import { sampleOf } from './task-store.ts';

export interface VerifiedSample {
  /** Of the item. */
  readonly name: string;
  readonly records: number;
  /** What is wrong, or undefined. */
  readonly problem?: string;
}

/**
 * Whether the records of a shard's samples are in the dataset as their indexes count them, at the end of all. Where nothing has
 * been written since the attempts have counted them (proof.ts), the list and the count of one batch show that it opens and
 * can be read; else all are counted.
 */
export async function verifyShard(world: VcfWorld): Promise<readonly VerifiedSample[]> {
  const dataset = openDataset(world);
  const samples = await mapLimit(world.items, 8, item => sampleOf(item, world));
  const folder = join(world.folder, 'verified');
  const proved = await provedSamples(samples, dataset, world, folder);
  const problems = await problemsOf(
    samples.filter(sample => !proved.has(sample)),
    dataset.tool,
    world,
    folder,
  );
  return samples.map((sample, k) => {
    const problem = problems.get(sample);
    return { name: world.items[k]!.name, records: sample.records, ...(problem ? { problem } : {}) };
  });
}

/** Those whose counts of an attempt are true now. */
async function provedSamples(
  samples: readonly Sample[],
  dataset: OpenDataset,
  world: VcfWorld,
  folder: string,
): Promise<ReadonlySet<Sample>> {
  const why = await whyCountAgain(world, dataset);
  if (why !== undefined) {
    world.log(`all samples are counted again: ${why}`);
    return new Set();
  }
  const listed = new Set(await dataset.tool.list());
  const touches = await mapLimit(world.items, 16, ({ name }) => touchOf(name, world));
  const proved = samples.filter(
    ({ name, records }, k) => touches[k]?.proved === records && (records === 0 || listed.has(name)),
  );
  const batch = proved.filter(({ records }) => records > 0).slice(0, storeSizes(world.limits).batch);
  if (batch.length > 0 && (await wholeGroups(dataset.tool, [batch], folder)).size === 0) {
    world.log('all samples are counted again: the first of them are not whole');
    return new Set();
  }
  return new Set(proved);
}

/**
 * What is wrong by counts. Samples that were stored together are counted together, and one by one where the sum is not right.
 */
async function problemsOf(
  samples: readonly Sample[],
  tool: Tool,
  world: VcfWorld,
  folder: string,
): Promise<ReadonlyMap<Sample, string>> {
  const { batch, counts: atOnce } = storeSizes(world.limits);
  const whole = await wholeGroups(tool, cut(samples, batch), folder);
  const open = samples.filter(sample => !whole.has(sample));
  const counts = await countAll(tool, open, world.signal, atOnce);
  return new Map(
    open.flatMap(sample => {
      const problem = problemOf(sample, counts.get(sample));
      return problem === undefined ? [] : [[sample, problem] as const];
    }),
  );
}

function problemOf({ name, records }: Sample, found: number | undefined): string | undefined {
  // A file without records leaves no trace where it was stored alone.
  if ((found ?? 0) === records && (found !== undefined || records === 0)) return undefined;
  return found === undefined
    ? `${name} is not in the dataset`
    : `${name} has ${counted(found, 'record')} in the dataset, and its file has ${records}`;
}
