import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A sample of a shard. */
export interface Sample {
  readonly name: string;
  readonly uri: string;
  readonly index: string;
  /** Records of the file, by its index. */
  readonly records: number;
}

/** Brings an object to a path; answers bytes. Throws where it is not the one that was looked at. */
export type Fetch = (sample: Sample, path: string, indexPath: string) => Promise<number>;

/** Files of one batch on this host's disk, and the list that names them. */
export interface Batch {
  readonly samples: readonly Sample[];
  readonly listFile: string;
  readonly bytes: number;
  remove(): Promise<void>;
}

/**
 * Brings a batch's files under names of our own, `<k>.bcf` with `<k>.bcf.csi` beside it: files of equal names in different
 * folders lose a sample in the tool, and an index that the list names is downloaded over its own file.
 */
export async function bringBatch(
  samples: readonly Sample[],
  folder: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Batch> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const paths = samples.map(({ uri }, k) => join(folder, `${k}${suffixOf(uri)}`));
  let bytes = 0;
  // Two at once fill a host's network with large objects; the tool has the processors.
  for (let k = 0; k < samples.length; k += 2) {
    signal.throwIfAborted();
    const pair = [k, k + 1].filter(each => each < samples.length);
    const sizes = await Promise.all(
      pair.map(each => {
        const path = paths[each]!;
        return fetch(samples[each]!, path, `${path}${indexSuffix(samples[each]!.index)}`);
      }),
    );
    for (const size of sizes) bytes += size;
  }
  const listFile = join(folder, 'files.txt');
  await writeFile(listFile, paths.map(path => `${path}\n`).join(''));
  return { samples, listFile, bytes, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** htslib goes by the content, the tool by htslib: the suffix is for people, but an index is looked for beside it. */
const suffixOf = (uri: string): string => (/\.vcf\.b?gz$/i.test(uri) ? '.vcf.gz' : '.bcf');
const indexSuffix = (uri: string): string => (/\.tbi$/i.test(uri) ? '.tbi' : '.csi');
