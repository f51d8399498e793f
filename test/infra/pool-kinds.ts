import type { LabConfigInput, PoolInput } from '../../lib/config/define-lab.ts';

/** Pools of every kind. */
const pools: Record<string, PoolInput> = {
  nvme: { architecture: 'arm64', scratch: 'instance-store' },
  raid: { scratch: 'instance-store', instanceTypes: ['m6id.16xlarge', 'i7ie.2xlarge'] },
  spill: { architecture: 'arm64', market: 'spot', spillToOnDemand: true, maxvCpus: 64 },
  strategy: { market: 'spot', allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' },
  ami: { image: 'ami-0123456789abcdef0', rootGiB: 60 },
  parameter: { architecture: 'arm64', image: '/lab/image', scratch: 'instance-store' },
  fast: { scratch: { sizeGiB: 4000, iops: 8000, throughputMiBps: 2000 } },
  io2: { scratch: { type: 'io2', sizeGiB: 500, iops: 100_000 } },
};

/** A lab that has a pool of every kind, and the default ones with much scratch. */
export const everyPool = {
  region: 'eu-central-1',
  datasets: { d: { bucket: 'some-bucket', access: 'keys' } },
  pools,
  workloads: {
    rapidtide: {
      datasets: { '/data_in': 'd' },
      pools: [...Object.keys(pools), 'arm64-scratch', 'x86-scratch'],
    },
  },
} as const satisfies LabConfigInput;
