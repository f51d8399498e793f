import { instanceStoreGiB } from '../contract/hosts/instance-store.ts';
import { type InstanceType, instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';
import type { Pool } from '../contract/workload/config.ts';
import type { Resources } from '../contract/workload/workload.ts';

/** GiB that are free on a host's scratch at first: XFS keeps up to 2 % for itself (measured: test/conformance/user-data). */
export const freeScratchGiB = ({ scratch }: Pool, host: InstanceType): number => {
  const sizeGiB =
    scratch === 'instance-store' ? (host.store ? instanceStoreGiB(host.store) : 0) : scratch.sizeGiB;
  return Math.floor(sizeGiB * 0.98);
};

/** A host on which jobs of a workload would not all find their scratch. */
export interface ScratchShortage {
  readonly host: string;
  /** Jobs that Batch may place on it at once. */
  readonly jobs: number;
  readonly freeGiB: number;
}

/**
 * The host of a pool with the worst shortage of scratch: Batch knows nothing of disks, and places as many jobs on a host as
 * its vCPUs and memory hold. Undefined where every host has enough.
 */
export function scratchShortage(
  pool: Pool,
  { vcpus, memoryMiB }: Resources,
  scratchGiB: number,
): ScratchShortage | undefined {
  return pool.instanceTypes
    .flatMap(name => instanceType(name) ?? [])
    .map(host => ({
      host: host.name,
      jobs: Math.min(Math.floor(host.vcpus / vcpus), Math.floor(usableMemoryMiB(host) / memoryMiB)),
      freeGiB: freeScratchGiB(pool, host),
    }))
    .filter(({ jobs, freeGiB }) => jobs * scratchGiB > freeGiB)
    .sort((a, b) => a.freeGiB / a.jobs - b.freeGiB / b.jobs)[0];
}
