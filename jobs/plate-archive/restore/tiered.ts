import { isStoreError, type ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import type { RestoreTier } from '../prices.ts';
import { coldPlaceOf, tierProblem } from './cold.ts';
import type { TieredRow } from './tiered-log.ts';

export interface TieredFilter {
  readonly prefix: string;
  /** Any of them in the key; all where there is none. */
  readonly include: readonly string[];
  /** None of them in the key. */
  readonly exclude: readonly string[];
}

export interface TieredRequest {
  readonly tier: RestoreTier;
  /** Objects looked at, or asked for, at once. */
  readonly parallel: number;
  readonly signal?: AbortSignal;
  readonly onRow?: (row: TieredRow) => void;
}

/** One that is in an archive tier. */
export interface TieredObject {
  readonly key: string;
  readonly size: number;
  readonly storageClass: string;
  readonly archiveStatus: string;
}

/** The objects of Intelligent-Tiering below a prefix. Which of them are in an archive tier, no listing says. */
export async function tieredKeys(
  store: ObjectStore,
  { prefix, include, exclude }: TieredFilter,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const each of store.versions(prefix)) {
    signal?.throwIfAborted();
    const isWanted =
      each.isLatest &&
      !each.isDeleteMarker &&
      each.storageClass === 'INTELLIGENT_TIERING' &&
      (include.length === 0 || include.some(text => each.key.includes(text))) &&
      !exclude.some(text => each.key.includes(text));
    if (isWanted) keys.push(each.key);
  }
  return keys;
}

/** Looks at each. What need not be asked for, or cannot be, has its row; the others are answered. */
export async function lookAtTiered(
  store: ObjectStore,
  keys: readonly string[],
  { tier, parallel, signal, onRow }: TieredRequest,
): Promise<readonly TieredObject[]> {
  const found = await mapLimit(keys, parallel, async key => {
    signal?.throwIfAborted();
    const look = await orRow(key, () => lookAt(store, key, tier));
    if (!('status' in look)) return look;
    onRow?.(look);
    return undefined;
  });
  return found.filter(each => each !== undefined);
}

async function lookAt(store: ObjectStore, key: string, tier: RestoreTier): Promise<TieredObject | TieredRow> {
  const found = await store.look(key);
  if (!found) return { key, status: 'ERROR', message: 'it is gone' };
  const { size, storageClass, archiveStatus, restore } = found;
  if (archiveStatus === undefined) return { key, status: 'RESTORED', message: '' };
  // A faster tier may overtake the one that is under way; the slowest overtakes none.
  if (restore?.ongoing && tier === 'Bulk') return { key, status: 'IN_PROGRESS', message: archiveStatus };
  const object = { key, size, storageClass, archiveStatus };
  const problem = tierProblem([object], tier);
  return problem ? { key, status: 'ERROR', message: `${problem.message}: ${problem.fix}` } : object;
}

/** Asks for each of them. There are no days: what comes back stays. */
export async function askForTiered(
  store: ObjectStore,
  objects: readonly TieredObject[],
  { tier, parallel, signal, onRow }: TieredRequest,
): Promise<void> {
  await mapLimit(objects, parallel, async object => {
    signal?.throwIfAborted();
    const { key } = object;
    const row = await orRow(key, async () => {
      const answer = await store.restore(key, { tier });
      if (answer === 'available') return { key, status: 'RESTORED', message: '' };
      const status = answer === 'in-progress' ? 'IN_PROGRESS' : 'REQUESTED';
      return { key, status, message: coldPlaceOf(object) };
    });
    onRow?.(row);
  });
}

/** What S3 refuses of one object stops none of the others. */
async function orRow<T>(key: string, work: () => Promise<T | TieredRow>): Promise<T | TieredRow> {
  try {
    return await work();
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return { key, status: 'ERROR', message: error.message };
  }
}
