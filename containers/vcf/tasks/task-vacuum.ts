import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { consolidatedCommits } from '../consolidated-commits.ts';
import { type OpenDataset, openDataset } from '../open-dataset.ts';
import { rememberVerdict } from '../proof.ts';
import type { VcfWorld } from '../vcf-world.ts';

interface StoredFile {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/**
 * Removes what `tiledbvcf utils vacuum commits` and `vacuum fragment_meta` do, but by our own code and by ETag: a tool has no right to
 * delete. Answers how many files were removed, and why samples have to be counted again, if they have to.
 */
export async function vacuumDataset(
  world: VcfWorld,
): Promise<{ readonly removed: number; readonly changed?: string }> {
  const dataset = openDataset(world);
  const removed = await removeConsolidated(world, dataset);
  return { removed, ...(await rememberVerdict(world, dataset)) };
}

async function removeConsolidated(world: VcfWorld, { store, prefix }: OpenDataset): Promise<number> {
  const folders = new Map<string, StoredFile[]>();
  for await (const { key, etag, size } of store.list(prefix)) {
    const folder = /^.*\/(?:__commits|__fragment_meta)\//.exec(key)?.[0];
    if (folder) folders.set(folder, [...(folders.get(folder) ?? []), { key, etag, size }]);
  }
  let removed = 0;
  for (const [folder, files] of folders) {
    const gone = folder.endsWith('__commits/')
      ? await namedCommits(store, folder, files)
      : olderMetadata(folder, files);
    for (let at = 0; at < gone.length; at += 1000) {
      world.signal.throwIfAborted();
      const outcomes = await store.deleteMany(
        gone.slice(at, at + 1000).map(({ key, etag }) => ({ key, etag })),
      );
      const failed = outcomes.find(({ outcome }) => outcome === 'error');
      if (failed) throw new Error(`${failed.key} could not be removed: ${failed.reason}`);
      removed += outcomes.filter(({ outcome }) => outcome === 'deleted').length;
    }
  }
  return removed;
}

/** Commits that a consolidated file names, and only those without a byte in them, whose names are all they say. Deletes keep theirs. */
async function namedCommits(
  store: Pick<ObjectStore, 'get'>,
  folder: string,
  files: readonly StoredFile[],
): Promise<readonly StoredFile[]> {
  const named = new Set<string>();
  for (const { key } of files)
    if (key.endsWith('.con'))
      for (const name of consolidatedCommits((await store.get(key)) ?? Buffer.alloc(0)).names)
        named.add(name);
  return files.filter(
    ({ key, size }) => size === 0 && key.endsWith('.wrt') && named.has(key.slice(folder.length)),
  );
}

/**
 * Copies of fragments' footers that are older than the newest: by the second time in their names, as TileDB tells them apart. Files of
 * other names stay.
 */
function olderMetadata(folder: string, files: readonly StoredFile[]): readonly StoredFile[] {
  const timed = files.flatMap(file => {
    const time = /^__\d+_(\d+)_[0-9a-f-]+_\d+\.meta$/.exec(file.key.slice(folder.length))?.[1];
    return time === undefined ? [] : [{ file, time: Number(time) }];
  });
  const newest = Math.max(...timed.map(({ time }) => time));
  return timed.filter(({ time }) => time < newest).map(({ file }) => file);
}
