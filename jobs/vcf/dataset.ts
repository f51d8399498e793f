import type { Store } from '../../lib/contract/ports/ports.ts';

/** Ours, written last by `create`, so that a dataset that has it is whole. */
export interface DatasetMarker {
  readonly version: 1;
  readonly uri: string;
  readonly createdAt: string;
  readonly runId: string;
  readonly attributes: readonly string[];
  readonly statistics: boolean;
  /** As `tiledbvcf version` has it. */
  readonly tool: string;
}

/** Keys of ours in a dataset, below its prefix. TileDB lists its own folders alone. */
export const markerKey = (prefix: string): string => `${prefix}arraylab-dataset.json`;
export const namesKey = (prefix: string): string => `${prefix}arraylab-samples.json`;

/** The names that `tiledbvcf list` gave when a run of ours had verified them, and the newest change of the list by then. */
export interface NamesRecord {
  readonly version: 1;
  readonly runId: string;
  readonly newest: string;
  readonly names: readonly string[];
}

export type DatasetState =
  | { readonly is: 'absent' }
  | { readonly is: 'ours'; readonly marker: DatasetMarker }
  /** Whole as far as S3 tells; `stat` decides. */
  | { readonly is: 'whole' }
  /** A create that was killed: the tool neither opens nor mends it. */
  | { readonly is: 'half' }
  /** Something that is no dataset. */
  | { readonly is: 'other'; readonly key: string };

/** What is at a dataset's prefix, by at most four requests. The tool writes the metadata of the array `data` last. */
export async function datasetState(
  store: Pick<Store, 'get' | 'list'>,
  prefix: string,
): Promise<DatasetState> {
  const marker = await store.get(markerKey(prefix));
  if (marker) return { is: 'ours', marker: JSON.parse(marker.toString('utf8')) as DatasetMarker };
  const first = await firstKey(store, prefix);
  if (first === undefined) return { is: 'absent' };
  if (await firstKey(store, `${prefix}data/__meta/`)) return { is: 'whole' };
  const isOfTileDb = first.startsWith(`${prefix}__`) || (await firstKey(store, `${prefix}metadata/`));
  return isOfTileDb ? { is: 'half' } : { is: 'other', key: first };
}

async function firstKey(store: Pick<Store, 'list'>, prefix: string): Promise<string | undefined> {
  for await (const { key } of store.list(prefix, { limit: 1 })) return key;
  return undefined;
}

const commits = (prefix: string): string => `${prefix}metadata/vcf_headers/__commits/`;

/** The newest change of a dataset's list of samples: the last of its time-stamped names. */
export async function newestChange(store: Pick<Store, 'list'>, prefix: string, after = ''): Promise<string> {
  let newest = after;
  const from = after === '' ? {} : { startAfter: `${commits(prefix)}${after}` };
  for await (const { key } of store.list(commits(prefix), from)) newest = key.slice(commits(prefix).length);
  return newest;
}

/** The names of a dataset as we know them without the tool: undefined where nobody verified them, or they have changed since. */
export async function knownNames(
  store: Pick<Store, 'get' | 'list'>,
  prefix: string,
): Promise<readonly string[] | undefined> {
  const body = await store.get(namesKey(prefix));
  if (!body) return undefined;
  const { names, newest } = JSON.parse(body.toString('utf8')) as NamesRecord;
  return (await newestChange(store, prefix, newest)) === newest ? names : undefined;
}
