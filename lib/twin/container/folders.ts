import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchSentinel } from '../../contract/workload/env.ts';

/** Folders of the host that a container has for its own. */
export interface ContainerFolders {
  /** Holds the others. */
  readonly base: string;
  readonly scratch: string;
  readonly dataIn: string;
  readonly dataOut: string;
}

export const foldersIn = (base: string): ContainerFolders => ({
  base,
  scratch: join(base, 'scratch'),
  dataIn: join(base, 'data_in'),
  dataOut: join(base, 'data_out'),
});

/** Empty ones, but for the mark of scratch. */
export function makeFolders(base: string): ContainerFolders {
  const folders = foldersIn(base);
  for (const each of [folders.scratch, folders.dataIn, folders.dataOut]) mkdirSync(each, { recursive: true });
  writeFileSync(sentinelIn(folders), '');
  return folders;
}

export const sentinelIn = ({ scratch }: ContainerFolders): string => join(scratch, scratchSentinel);

/**
 * Removes a container's folders, unless a file system is still mounted in them: its files are not the container's. What
 * cannot be removed now is tried again when the next twin starts.
 */
export function removeFolder(base: string): void {
  try {
    const mounts = process.platform === 'linux' ? readFileSync('/proc/self/mounts', 'utf8') : '';
    if (!mounts.includes(` ${base}/`)) rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A tool may have taken the right to remove away.
  }
}
