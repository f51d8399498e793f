import { type InstanceType, instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';

export interface Demand {
  readonly vcpus: number;
  readonly memoryMiB: number;
}

/** The hosts of these types that can hold a job. Types that we do not know are left out. */
export const hostsFor = ({ vcpus, memoryMiB }: Demand, types: readonly string[]): readonly InstanceType[] =>
  knownTypes(types).filter(host => host.vcpus >= vcpus && usableMemoryMiB(host) >= memoryMiB);

export const knownTypes = (types: readonly string[]): readonly InstanceType[] =>
  types.flatMap(type => instanceType(type) ?? []);

/** The largest that one of these types gives to a container. */
export function largest(types: readonly string[]): Demand | undefined {
  const hosts = knownTypes(types);
  if (hosts.length === 0) return undefined;
  return {
    vcpus: Math.max(...hosts.map(host => host.vcpus)),
    memoryMiB: Math.max(...hosts.map(usableMemoryMiB)),
  };
}

/** Jobs that Batch may place on a host at once: it counts vCPUs and memory, and knows nothing of disks. */
export const jobsOn = (host: InstanceType, { vcpus, memoryMiB }: Demand): number =>
  Math.min(Math.floor(host.vcpus / vcpus), Math.floor(usableMemoryMiB(host) / memoryMiB));

export const demandText = ({ vcpus, memoryMiB }: Demand): string =>
  `${vcpus} vCPU${vcpus === 1 ? '' : 's'} and ${memoryMiB.toLocaleString('en-US')} MiB`;
