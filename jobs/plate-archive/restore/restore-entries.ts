import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { eachToItsEnd } from '../../../lib/contract/run/map-limit.ts';
import type { IndexEntry } from '../format/archive-index.ts';
import type { RestoreTarget } from './target.ts';

export interface RestoreJob {
  readonly archive: ObjectStore;
  /** The tars by number, all readable. */
  readonly tars: ReadonlyMap<number, StoredObject>;
  readonly entries: readonly IndexEntry[];
  readonly target: RestoreTarget;
  /** Whether what is there and is another is replaced. */
  readonly overwrite: boolean;
  /** Objects under way at once. */
  readonly parallel: number;
  readonly signal?: AbortSignal | undefined;
  readonly onDone?: ((outcome: RestoreOutcome) => void) | undefined;
}

export interface RestoreOutcome {
  readonly key: string;
  /** `kept`: something else is there, and stays; `damaged`: the archive's bytes are not what the index says. */
  readonly outcome: 'restored' | 'there' | 'kept' | 'damaged';
  readonly bytes: number;
}

const chunkBytes = 4 * 1024 * 1024;

/** Reads the ranges of the wanted members and nothing else; each is compared with its SHA-256 before it is put in place. */
export async function restoreEntries(job: RestoreJob): Promise<readonly RestoreOutcome[]> {
  const outcomes = new Array<RestoreOutcome>(job.entries.length);
  // Of the others, too, nothing half written is left where one fails.
  await eachToItsEnd(job.entries.keys(), job.parallel, async place => {
    job.signal?.throwIfAborted();
    const outcome = await restoreOne(job, job.entries[place]!);
    outcomes[place] = outcome;
    job.onDone?.(outcome);
  });
  return outcomes;
}

async function restoreOne(job: RestoreJob, entry: IndexEntry): Promise<RestoreOutcome> {
  const { key, size } = entry;
  const { target } = job;
  if (entry.tar === undefined) {
    await target.marker(key);
    return { key, outcome: 'restored', bytes: 0 };
  }
  const state = await target.state(key, entry);
  if (state === 'same') return { key, outcome: 'there', bytes: 0 };
  if (state === 'other' && !job.overwrite) return { key, outcome: 'kept', bytes: 0 };
  const placing = await target.open(key, size);
  try {
    const hash = createHash('sha256');
    for (let from = 0; from < size; from += chunkBytes) {
      const body = Buffer.allocUnsafe(Math.min(chunkBytes, size - from));
      await readMember(job, entry, from, body);
      hash.update(body);
      await placing.write(body);
    }
    if (hash.digest('hex') !== entry.sha256) {
      await placing.abort();
      return { key, outcome: 'damaged', bytes: size };
    }
  } catch (error) {
    await placing.abort().catch(() => undefined);
    throw error;
  }
  if (await placing.commit()) return { key, outcome: 'restored', bytes: size };
  // Somebody came first: another restore of the same, as a rule.
  const isSame = (await target.state(key, entry)) === 'same';
  return { key, outcome: isSame ? 'there' : 'kept', bytes: size };
}

/** Under the tar's ETag: a tar that is replaced meanwhile is not read across. */
async function readMember(
  { archive, tars, signal }: RestoreJob,
  entry: IndexEntry,
  from: number,
  body: Buffer,
): Promise<void> {
  const tar = tars.get(entry.tar!);
  if (!tar) throw new Error(`tar ${entry.tar} of ${entry.key} was not looked at`);
  await archive.readInto(tar.key, body, {
    from: entry.offset! + from,
    ifMatch: tar.etag,
    ...(tar.versionId === undefined ? {} : { versionId: tar.versionId }),
    ...(signal ? { signal } : {}),
  });
}
