import type { Architecture } from '../workload/workload.ts';
import { type InstanceStore, instanceStore } from './instance-store.ts';

export interface InstanceType {
  readonly name: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Disks of its own. */
  readonly store?: InstanceStore;
}

/**
 * What Batch can give to containers of a host: the agent registers less than the nominal memory, and 5 % is the buffer
 * that Batch's memory-management page recommends to leave.
 */
export const usableMemoryMiB = (type: InstanceType): number => Math.floor(type.memoryMiB * 0.95);

/** Facts of an instance type by its name (`m7g.4xlarge`), or undefined when the family or size is not known to us. */
export function instanceType(name: string): InstanceType | undefined {
  const found = /^([a-z]+)(\d)([a-z]*)\.(\d*)(xlarge|large|medium)$/.exec(name);
  if (!found) return undefined;
  const [, family, , attributes, count, size] = found;
  const perVcpu = gibPerVcpu[family!];
  if (perVcpu === undefined) return undefined;
  const vcpus = size === 'medium' ? 1 : size === 'large' ? 2 : 4 * (count === '' ? 1 : Number(count));
  if (vcpus === 0) return undefined;
  const architecture: Architecture = attributes!.startsWith('g') ? 'arm64' : 'x86_64';
  const store = instanceStore(name);
  // Storage types before these (i2, i3) have other memory than their letter says.
  if (family!.startsWith('i') && !store) return undefined;
  return { name, architecture, vcpus, memoryMiB: vcpus * perVcpu * 1024, ...(store ? { store } : {}) };
}

const gibPerVcpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, x: 16, i: 8, im: 4, is: 6 };
