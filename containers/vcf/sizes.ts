import { totalmem } from 'node:os';
import type { StoreSizes } from './tool.ts';

/** Samples that the tool writes at once, its default: fragments follow the number of these. */
export const batchSize = 10;

/** The tool takes 75 % of the host's memory by itself; a container is killed for that. It refuses less than 512 MiB, and more than the host has. */
export function storeSizes({
  vcpus,
  memoryMiB,
}: {
  readonly vcpus: number;
  readonly memoryMiB: number;
}): StoreSizes {
  const most = Math.floor(totalmem() / 2 ** 20);
  return {
    threads: Math.max(1, Math.floor(vcpus)),
    memoryMiB: Math.min(most, Math.max(512, Math.floor(memoryMiB * 0.7))),
    batch: batchSize,
    // Each takes 2 GiB of buffers and a few threads.
    counts: Math.max(1, Math.min(8, Math.floor(vcpus / 2), Math.floor(memoryMiB / 3000))),
  };
}
