import { consolidatedCommits } from './consolidated-commits.ts';
import { openDataset } from './open-dataset.ts';
import type { VcfWorld } from './vcf-world.ts';

/**
 * Removes commit files that a consolidated file names, as `tiledbvcf utils vacuum commits` does: but by our own code, by ETag, and
 * only those without a byte in them, whose names are all they say. Deletes keep theirs. Answers how many were removed.
 */
export async function vacuumCommits(world: VcfWorld): Promise<number> {
  const { store, prefix } = openDataset(world);
  const folders = new Map<string, { readonly key: string; readonly etag: string; readonly size: number }[]>();
  for await (const { key, etag, size } of store.list(prefix)) {
    const folder = /^.*\/__commits\//.exec(key)?.[0];
    if (folder) folders.set(folder, [...(folders.get(folder) ?? []), { key, etag, size }]);
  }
  let removed = 0;
  for (const [folder, files] of folders) {
    const named = new Set<string>();
    for (const { key } of files)
      if (key.endsWith('.con'))
        for (const name of consolidatedCommits((await store.get(key)) ?? Buffer.alloc(0))) named.add(name);
    const gone = files.filter(
      ({ key, size }) => size === 0 && key.endsWith('.wrt') && named.has(key.slice(folder.length)),
    );
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
