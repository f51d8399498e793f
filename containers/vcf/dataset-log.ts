import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { consolidatedCommits } from './consolidated-commits.ts';

/** Every call of `store` commits a fragment here for each of its batches, before any record; every delete leaves its condition. */
const headers = 'metadata/vcf_headers/__commits/';
const data = 'data/__commits/';

/** Of which commits a dataset consists, by S3 alone. All that is in it is immutable: the same commits are the same records. */
export interface DatasetLog {
  /** Names of commits of the array of headers, sorted: batches (`.wrt`), deletes (`.del`), and whatever else there is. */
  readonly headers: readonly string[];
  /** SHA-256 over the names of commits of the array of records. */
  readonly data: string;
  /** SHA-256 over keys, sizes and ETags of all fragments' files of both arrays. */
  readonly fragments: string;
}

export async function readLog(store: Pick<ObjectStore, 'list' | 'get'>, prefix: string): Promise<DatasetLog> {
  return {
    headers: await headerCommits(store, prefix),
    data: sha256(await commitsOf(store, `${prefix}${data}`)),
    fragments: sha256([
      ...(await listed(store, `${prefix}metadata/vcf_headers/__fragments/`)),
      ...(await listed(store, `${prefix}data/__fragments/`)),
    ]),
  };
}

/** Which batches and deletes a dataset has seen. */
export const headerCommits = (
  store: Pick<ObjectStore, 'list' | 'get'>,
  prefix: string,
): Promise<readonly string[]> => commitsOf(store, `${prefix}${headers}`);

/** SHA-256 over the files of both folders of commits, as they are listed: a few of them, once they are consolidated. */
export const commitFiles = async (store: Pick<ObjectStore, 'list'>, prefix: string): Promise<string> =>
  sha256([...(await listed(store, `${prefix}${headers}`)), ...(await listed(store, `${prefix}${data}`))]);

async function listed(store: Pick<ObjectStore, 'list'>, prefix: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { key, size, etag } of store.list(prefix)) files.push(`${key} ${size} ${etag}`);
  return files;
}

/** Names of commits, whether each has its file or is named by a consolidated one; of a file of no such kind its own. */
async function commitsOf(
  store: Pick<ObjectStore, 'list' | 'get'>,
  folder: string,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { key } of store.list(folder)) {
    const named = key.endsWith('.con')
      ? consolidatedCommits((await store.get(key)) ?? Buffer.alloc(0))
      : undefined;
    if (named) for (const name of named.names) names.add(name);
    // What is not read to its end may name more: it is a change by itself.
    if (!named?.isWhole) names.add(key.slice(folder.length));
  }
  return [...names].sort();
}

const sha256 = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');
