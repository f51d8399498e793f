import { writeFile } from 'node:fs/promises';
import type { VcfWorld } from '../vcf-world.ts';

/** A sample's file, proved, with its index beside it. */
export interface OwnFile {
  readonly name: string;
  readonly path: string;
  readonly records: number;
}

type Runs = Pick<VcfWorld, 'bcftools' | 'folder' | 'limits'>;

/** Files that bcftools opens at once: a container may open 1,024. */
const atOnce = 200;

/** Merges files of one sample each, in their order, into one of all. `./.` is what a sample has where it has no record. */
export async function mergeFiles(
  own: readonly Pick<OwnFile, 'path'>[],
  to: string,
  format: 'b' | 'z' | 'v',
  runs: Runs,
): Promise<void> {
  if (own.length > atOnce) {
    const groups = Array.from({ length: Math.ceil(own.length / atOnce) }, (_, k) => ({
      path: `${to}.${k}.vcf.gz`,
    }));
    for (const [k, { path }] of groups.entries()) {
      await mergeFiles(own.slice(k * atOnce, (k + 1) * atOnce), path, 'z', runs);
      await run(['index', '-f', '-c', path], runs);
    }
    return mergeFiles(groups, to, format, runs);
  }
  const threads = ['--threads', String(Math.max(1, Math.floor(runs.limits.vcpus)))];
  // One file is no merge for bcftools. A BCF that it merges (1.16) has blocks of length 1, and an index that misses them: by text
  // it has them whole.
  const source = own.length === 1 ? own[0]!.path : format === 'b' ? `${to}.vcf.gz` : to;
  if (own.length > 1) {
    await writeFile(`${to}.list`, own.map(({ path }) => `${path}\n`).join(''));
    const as = format === 'b' ? 'z' : format;
    await run(['merge', '-m', 'both', ...threads, '-O', as, '-o', source, '-l', `${to}.list`], runs);
  }
  if (source !== to) await run(['view', ...threads, '-O', format, '-o', to, source], runs);
}

async function run(args: readonly string[], { bcftools, folder }: Runs): Promise<void> {
  const code = await bcftools(args, folder);
  if (code !== 0) throw new Error(`bcftools ${args[0]} exited with ${code}`);
}
