import { hostsOf } from './nodes.ts';
import type { JobSpec } from './types.ts';

/** What attempts use of this machine and of consumable resources. */
export class Capacity {
  readonly consumables = new Map<string, { total: number; used: number }>();
  private readonly cpus: number;
  private readonly memoryMiB: number;
  private attempts = 0;
  private usedCpus = 0;
  private usedMemoryMiB = 0;

  constructor(cpus: number, memoryMiB: number) {
    this.cpus = cpus;
    this.memoryMiB = memoryMiB;
  }

  /** Whether one more attempt may start; on an idle machine it always may, however large. */
  hasRoom(spec: JobSpec): boolean {
    const { vcpus, memoryMiB, consumables } = spec;
    for (const { name, quantity } of consumables) {
      const resource = this.consumables.get(name);
      if (!resource || resource.used + quantity > resource.total) return false;
    }
    if (this.attempts === 0) return true;
    const hosts = hostsOf(spec);
    return (
      this.usedCpus + hosts * vcpus <= this.cpus && this.usedMemoryMiB + hosts * memoryMiB <= this.memoryMiB
    );
  }

  /** An attempt starts (1) or has ended (-1). */
  take(spec: JobSpec, sign: 1 | -1): void {
    const hosts = hostsOf(spec);
    this.attempts += sign;
    this.usedCpus += sign * hosts * spec.vcpus;
    this.usedMemoryMiB += sign * hosts * spec.memoryMiB;
    for (const { name, quantity } of spec.consumables) {
      const resource = this.consumables.get(name);
      if (resource) resource.used += sign * quantity;
    }
  }
}
