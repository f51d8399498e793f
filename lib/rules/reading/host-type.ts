import { instanceType, usableMemoryMiB } from '../../contract/hosts/instance-types.ts';
import type { Architecture } from '../../contract/workload/workload.ts';

/** Batch's words for families that it chooses itself. */
const chosenByBatch: ReadonlyMap<string, Architecture> = new Map([
  ['optimal', 'x86_64'],
  ['default_x86_64', 'x86_64'],
  ['default_arm64', 'arm64'],
]);

/** The architecture of an instance type (`m7g.4xlarge`), a family (`c6gd`) or a word of Batch's; undefined for any other text. */
export function hostArchitecture(name: string): Architecture | undefined {
  const chosen = chosenByBatch.get(name);
  if (chosen) return chosen;
  const found = /^([a-z]+)\d+([a-z]*)(?:-flex)?(?:\.[a-z0-9-]+)?$/.exec(name);
  if (!found) return undefined;
  const [, family, attributes] = found;
  // Graviton is a g that comes first after the generation; a1 is older than that rule.
  return family === 'a' || attributes!.startsWith('g') ? 'arm64' : 'x86_64';
}

export interface HostSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
}

/** What containers get of a host of this type, in vCPUs and MiB; undefined for families, metal and types that we have no facts of. */
export function hostSize(name: string): HostSize | undefined {
  // Of these the ratio of memory to vCPUs is not their letter's.
  if (/^(x1e?|x2ie(dn|zn)|c5n|m1|m2|c1|u.*)\./.test(name)) return undefined;
  const type = instanceType(name);
  return type && { vcpus: type.vcpus, memoryMiB: usableMemoryMiB(type) };
}
