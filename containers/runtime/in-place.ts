import { statfsSync } from 'node:fs';
import type { MountSpec } from '../../lib/contract/workload/workload.ts';
import type { TakeBytesIn } from './bytes-in.ts';
import { openMounts } from './mounts/open-mounts.ts';
import { openScratch } from './scratch/open-scratch.ts';
import type { ContainerWorld } from './world.ts';

/** What a piece of work needs around it. */
export interface Needs {
  readonly jobId: string;
  readonly attempt: number;
  readonly mounts: readonly MountSpec[];
  /** Names of the items that the inputs are for. */
  readonly items: readonly string[];
  /** Ends downloads. */
  readonly signal: AbortSignal;
  /** Is told the most that was on scratch at once, in bytes. */
  readonly onScratchPeak?: (bytes: number) => void;
}

export interface WorkFolders {
  /** This attempt's own folder on the scratch volume. */
  readonly scratch: string;
  /** That the attempt may fill: what it has reserved, else what is free. */
  readonly scratchBytes: number;
  /** Folder of each mount, by its path in the spec. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly takeBytesIn: TakeBytesIn;
}

/** Does work with scratch and every input in place, and takes both away whatever becomes of it. Throws ShardFailure. */
export async function inPlace<T>(
  world: ContainerWorld,
  { jobId, attempt, mounts: specs, items, signal, onScratchPeak }: Needs,
  work: (place: WorkFolders) => Promise<T>,
): Promise<T> {
  const scratch = await openScratch(world, jobId, attempt, { signal });
  try {
    const mounts = await openMounts(world, specs, { scratch: scratch.folder, items, signal });
    try {
      return await work({
        scratch: scratch.folder,
        scratchBytes: scratch.reservedBytes || freeBytes(scratch.folder),
        mounts: mounts.folders,
        takeBytesIn: mounts.takeBytesIn,
      });
    } finally {
      await mounts.close();
    }
  } finally {
    onScratchPeak?.(await scratch.clean());
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
