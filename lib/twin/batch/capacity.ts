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
  hasRoom({ vcpus, memoryMiB, consumables }: JobSpec): boolean {
    for (const { name, quantity } of consumables) {
      const resource = this.consumables.get(name);
      if (!resource || resource.used + quantity > resource.total) return false;
    }
    if (this.attempts === 0) return true;
    return this.usedCpus + vcpus <= this.cpus && this.usedMemoryMiB + memoryMiB <= this.memoryMiB;
  }

  /** An attempt starts (1) or has ended (-1). */
  take(spec: JobSpec, sign: 1 | -1): void {
    this.attempts += sign;
    this.usedCpus += sign * spec.vcpus;
    this.usedMemoryMiB += sign * spec.memoryMiB;
    for (const { name, quantity } of spec.consumables) {
      const resource = this.consumables.get(name);
      if (resource) resource.used += sign * quantity;
    }
  }
}
