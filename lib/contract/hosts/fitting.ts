import type { Pool } from '../workload/config.ts';
import type { Resources } from '../workload/request.ts';
import { instanceStoreGiB } from './instance-store.ts';
import { type InstanceType, instanceType, usableMemoryMiB } from './instance-types.ts';

/** What a job asks of a host; memory in MiB. */
export type HostDemand = Pick<Resources, 'vcpus' | 'memoryMiB'>;

/** The least and the most that Batch takes of each. */
export const sizeLimits: Readonly<Record<keyof Resources, readonly [least: number, most: number]>> = {
  vcpus: [1, 448],
  memoryMiB: [4, 24_576_000],
  timeoutSeconds: [60, 31_536_000],
  attempts: [1, 10],
};

/** Whether a host of its own holds the job. */
export const holds = (host: InstanceType, { vcpus, memoryMiB }: HostDemand): boolean =>
  host.vcpus >= vcpus && usableMemoryMiB(host) >= memoryMiB;

/** Jobs that Batch may place on a host at once: it counts vCPUs and memory, and knows nothing of disks. */
export const jobsOn = (host: InstanceType, { vcpus, memoryMiB }: HostDemand): number =>
  Math.min(Math.floor(host.vcpus / vcpus), Math.floor(usableMemoryMiB(host) / memoryMiB));

/** Types by their names; those that we do not know are left out. */
export const knownTypes = (types: readonly string[]): readonly InstanceType[] =>
  types.flatMap(type => instanceType(type) ?? []);

/** The hosts of these types that can hold a job. */
export const hostsFor = (demand: HostDemand, types: readonly string[]): readonly InstanceType[] =>
  knownTypes(types).filter(host => holds(host, demand));

/** Whether no type of the pool holds the job; types that we do not know may. */
export function fitsNone(demand: HostDemand, { instanceTypes }: Pick<Pool, 'instanceTypes'>): boolean {
  const hosts = knownTypes(instanceTypes);
  return hosts.length > 0 && !hosts.some(host => holds(host, demand));
}

/** The largest that one of these types gives to a container. */
export function largest(types: readonly string[]): HostDemand | undefined {
  const hosts = knownTypes(types);
  if (hosts.length === 0) return undefined;
  return {
    vcpus: Math.max(...hosts.map(host => host.vcpus)),
    memoryMiB: Math.max(...hosts.map(usableMemoryMiB)),
  };
}

export const demandText = ({ vcpus, memoryMiB }: HostDemand): string =>
  `${vcpus} vCPU${vcpus === 1 ? '' : 's'} and ${memoryMiB.toLocaleString('en-US')} MiB`;

/** XFS keeps up to 2 % of a disk for itself (measured: test/conformance/user-data). */
const freeOfDisk = 0.98;

/** GiB that are free at first on a scratch of that size. */
export const freeGiB = (sizeGiB: number): number => Math.floor(sizeGiB * freeOfDisk);

/** GiB that a scratch must have for so many to be free. */
export const sizeForFreeGiB = (neededGiB: number): number => Math.ceil(neededGiB / freeOfDisk);

/** GiB that are free on a host's scratch at first. */
export const freeScratchGiB = ({ scratch }: Pool, host: InstanceType): number =>
  freeGiB(scratch === 'instance-store' ? (host.store ? instanceStoreGiB(host.store) : 0) : scratch.sizeGiB);

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
  demand: HostDemand,
  scratchGiB: number,
): ScratchShortage | undefined {
  return knownTypes(pool.instanceTypes)
    .map(host => ({
      host: host.name,
      jobs: jobsOn(host, demand),
      freeGiB: freeScratchGiB(pool, host),
    }))
    .filter(({ jobs, freeGiB }) => jobs * scratchGiB > freeGiB)
    .sort((a, b) => a.freeGiB / a.jobs - b.freeGiB / b.jobs)[0];
}
