import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';

/** What all jobs of genomics have alike. */
export const vcfJobs = {
  // As the old job definition; a host of 64 GiB has about 61,000 MiB for containers.
  resources: { vcpus: 16, memoryMiB: 61_000, timeoutSeconds: 86_400, attempts: 3 },
  pools: ['x86-scratch', 'x86-scratch-spot'],
  image: { context: 'containers/vcf', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 200,
  toolCredentials: 'role',
  onItemFailure: 'continue',
  onCause: {
    'out-of-memory': { memory: 'x2' },
    timeout: { timeout: 'x2' },
    reclaimed: { after: 2, pool: 'x86-scratch' },
  },
} as const satisfies Partial<WorkloadSpec>;
