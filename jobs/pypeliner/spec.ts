import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';

/** Single jobs that a workflow of pypeliner's sends, through `lab queue serve`. Source: docs/pypeliner.md. */
export const pypeliner: WorkloadSpec = {
  name: 'pypeliner',
  title: 'jobs of a pypeliner workflow',
  item: { one: 'job', many: 'jobs', calledBy: 'job' },
  verbs: {
    pypeliner: async () => (await import('./verbs/pypeliner.ts')).pypeliner,
    queue: async () => (await import('./verbs/queue.ts')).queue,
  },
  parameters: [],
  // Each job says what it needs; this is for those that do not. Attempts are for lost hosts: what a job's own failure is
  // worth, pypeliner decides.
  resources: { vcpus: 1, memoryMiB: 4096, timeoutSeconds: 86_400, attempts: 4 },
  pools: ['x86-spot', 'x86-ondemand'],
  image: { context: 'containers/pypeliner', architectures: ['x86_64'] },
  // Reference data, where lab.config.ts names a dataset for it.
  mounts: [
    { path: '/data_in', bucketEnv: 'REFERENCE_BUCKET', access: 'mount-s3', readOnly: true, optional: true },
  ],
  privileged: {
    why: 'mounting /data_in by FUSE inside a Batch container needs CAP_SYS_ADMIN, which Batch only gives whole',
  },
  // Images that a job's context names.
  listsKinds: true,
  scratchGiB: 8,
  steps: [{ name: 'run', takes: 'item' }],
  check: () => [{ where: 'pypeliner', message: 'a workflow sends these jobs by itself: docs/pypeliner.md' }],
};
