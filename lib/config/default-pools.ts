import type { Pool } from '../spec/config.ts';
import type { Architecture, Market } from '../spec/workload.ts';

// 64 GiB hosts first, and twice as much for retries with more memory.
const arm64 = ['m7g.4xlarge', 'm6g.4xlarge', 'r7g.2xlarge', 'r6g.2xlarge', 'r7g.4xlarge', 'r6g.4xlarge'];
const x86 = ['m7i.4xlarge', 'm6i.4xlarge', 'r7i.2xlarge', 'r6i.2xlarge', 'r7i.4xlarge', 'r6i.4xlarge'];

/** Pools that every lab may use; only those that an enabled workload names are created. */
export const defaultPools: Readonly<Record<string, Pool>> = {
  'arm64-ondemand': pool('arm64', 'on-demand'),
  'arm64-spot': pool('arm64', 'spot'),
  'x86-ondemand': pool('x86_64', 'on-demand'),
  'x86-spot': pool('x86_64', 'spot'),
};

/** What a pool has that says nothing else. */
export function pool(architecture: Architecture, market: Market): Pool {
  return {
    architecture,
    market,
    instanceTypes: architecture === 'arm64' ? arm64 : x86,
    maxvCpus: 1024,
    scratch: { sizeGiB: 200, iops: 3000, throughputMiBps: 125 },
  };
}
