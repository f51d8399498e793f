import { mapLimit } from '../../lib/contract/run/map-limit.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { commitFiles, type DatasetLog, headerCommits, readLog } from './dataset-log.ts';
import type { OpenDataset } from './open-dataset.ts';
import { parseTouch, type Touch } from './touch.ts';
import type { VcfWorld } from './vcf-world.ts';

/**
 * What the attempts have proved by their counts is true as long as nothing has been written since. `verify` counts all once more
 * only where that cannot be shown, for a count reads all that was stored.
 *
 * It is shown by the dataset's own log. A sample is in it by a commit of the array of headers, one for each batch that a call of
 * `store` has written, ahead of its records; a delete leaves another. So where the commits since `create` are as many as the
 * batches of the attempts, each of whose samples was stored once and counted as whole, there was no other store, of whomever,
 * and no delete; and where commits and fragments are the same after consolidation and vacuum as before, nothing was lost by them.
 */

/** Written down by `create`, before anything is stored. */
export async function rememberStart(world: VcfWorld, { store, prefix }: OpenDataset): Promise<void> {
  const checkpoint = world.checkpoint('log');
  // A later attempt or round comes after stores.
  if ((await checkpoint.read()) === undefined)
    await checkpoint.write(JSON.stringify(await headerCommits(store, prefix)));
}

/** Written down by `consolidate`, before the tool changes how commits are kept. */
export async function rememberStored(world: VcfWorld, { store, prefix }: OpenDataset): Promise<void> {
  await world.checkpoint('log').write(JSON.stringify(await readLog(store, prefix)));
}

interface Verdict {
  /** Why the counts of attempts are not enough; undefined where they are. */
  readonly changed?: string;
  /** What the folders of commits were like then. */
  readonly files: string;
}

/** Written down by `vacuum`, after it: whether the attempts' counts are true of the dataset as it is now. */
export async function rememberVerdict(world: VcfWorld, { store, prefix }: OpenDataset): Promise<Verdict> {
  // First: what comes later is a change.
  const files = await commitFiles(store, prefix);
  const changed = await changeSince(world, await readLog(store, prefix));
  const verdict: Verdict = { ...(changed === undefined ? {} : { changed }), files };
  await world.checkpoint('proof').write(JSON.stringify(verdict));
  return verdict;
}

/** Why samples have to be counted again, or undefined. */
export async function whyCountAgain(
  world: VcfWorld,
  { store, prefix }: OpenDataset,
): Promise<string | undefined> {
  const text = await world.checkpoint('proof', 'vacuum').read();
  if (text === undefined) return 'vacuum has not come to its end';
  const { changed, files } = JSON.parse(text) as Verdict;
  if (changed !== undefined) return changed;
  return files === (await commitFiles(store, prefix)) ? undefined : 'the dataset has changed since vacuum';
}

async function changeSince(world: VcfWorld, now: DatasetLog): Promise<string | undefined> {
  const start = await world.checkpoint('log', 'create').read();
  const stored = await world.checkpoint('log', 'consolidate').read();
  if (start === undefined || stored === undefined) return 'an earlier step left no log of the dataset';
  const before = JSON.parse(stored) as DatasetLog;
  if (before.headers.join() !== now.headers.join() || before.data !== now.data)
    return 'consolidation or vacuum has changed which commits there are';
  if (before.fragments !== now.fragments) return 'fragments have changed since the stores';
  const first = new Set(JSON.parse(start) as readonly string[]);
  const added = now.headers.filter(name => !first.has(name));
  if (now.headers.length - added.length !== first.size) return 'commits have gone since the run began';
  if (added.some(name => !name.endsWith('.wrt'))) return 'samples were deleted since the run began';
  const batches = await batchesOf(world);
  if (typeof batches === 'string') return batches;
  return added.length === batches
    ? undefined
    : `${counted(added.length, { one: 'batch was', many: 'batches were' })} stored since the run began, and ${batches} by its attempts`;
}

/** Batches that the run's attempts have stored, or why they cannot be told. */
async function batchesOf(world: VcfWorld): Promise<number | string> {
  const touches = await mapLimit(world.items, 64, ({ name }) => touchOf(name, world));
  const records = new Map<string, number>();
  for (const touch of touches) {
    if (touch === undefined || touch.how === 'there') continue;
    if (touch.how === 'repaired') return 'samples were repaired';
    if (touch.stores !== 1) return 'samples were stored in several attempts';
    if (touch.proved === undefined) return 'samples were stored by an attempt that did not count them';
    records.set(touch.batch, (records.get(touch.batch) ?? 0) + touch.proved);
  }
  // Whether such a batch leaves a commit was not seen.
  if ([...records.values()].includes(0)) return 'a batch has no records';
  return records.size;
}

/** What the attempts have written down of an item. */
export async function touchOf(item: string, world: VcfWorld): Promise<Touch | undefined> {
  const text = await world.checkpoint(item, 'store').read();
  return text === undefined ? undefined : parseTouch(text);
}
