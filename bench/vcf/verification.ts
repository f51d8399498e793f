import { rmSync } from 'node:fs';
import { storeOnce } from '../../containers/vcf/store-once.ts';
import { laboratory, samplesOf } from '../../test/vcf/in-process.ts';
import { makeSample } from '../../test/vcf/sample-files.ts';

/**
 * What the counts before and after a store add to it. By the stand-in, whose count reads as much as the tool's but writes JSON: it
 * tells how often is counted, not how fast TileDB is.
 */
export async function vcfVerification(): Promise<string> {
  const made = Array.from({ length: 9 }, (_, seed) =>
    makeSample(`s${seed}`, { seed, contigs: { chr1: 20_000, chr2: 20_000 } }),
  );
  const lab = laboratory(made);
  const world = lab.host();
  await world.tool.create(['fmt_GT', 'fmt_DP'], false);
  const spent = { store: 0, verify: 0 };
  const timed =
    <A extends unknown[], R>(kind: keyof typeof spent, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const began = performance.now();
      try {
        return await work(...args);
      } finally {
        spent[kind] += performance.now() - began;
      }
    };
  const { tool } = world;
  const watched = Object.assign(Object.create(tool) as typeof tool, {
    store: timed('store', (...args: Parameters<typeof tool.store>) => tool.store(...args)),
    list: timed('verify', () => tool.list()),
    countTogether: timed('verify', (file: string) => tool.countTogether(file)),
    count: timed('verify', (sample: string) => tool.count(sample)),
  });
  await storeOnce(samplesOf(made), { ...world, tool: watched, sizes: { ...world.sizes, counts: 1 } });
  rmSync(lab.root, { recursive: true });
  return [
    'Counts before and after a store of 9 samples with 40,000 records (stand-in, in one process)',
    `store ${spent.store.toFixed(0)} ms, list and counts ${spent.verify.toFixed(0)} ms: ${((100 * spent.verify) / spent.store).toFixed(0)} %`,
    '',
  ].join('\n');
}
