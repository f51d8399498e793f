import type { Gp3Volume, Io2Volume, Pool } from '../contract/workload/config.ts';
import type { Architecture, Market } from '../contract/workload/workload.ts';

// 64 GiB hosts first, and twice as much for retries with more memory.
const arm64 = ['m7g.4xlarge', 'm6g.4xlarge', 'r7g.2xlarge', 'r6g.2xlarge', 'r7g.4xlarge', 'r6g.4xlarge'];
const x86 = ['m7i.4xlarge', 'm6i.4xlarge', 'r7i.2xlarge', 'r6i.2xlarge', 'r7i.4xlarge', 'r6i.4xlarge'];

// From 1,875 GB, one disk each: three plates of 550 GB, or a VCF ingest's 1,000 GB. A region that lacks one of them wants a list of
// the lab's own: doctor and lab deploy ask EC2, and say the line.
const arm64Store = ['i4g.2xlarge', 'i4g.4xlarge', 'm6gd.8xlarge', 'r6gd.8xlarge'];
const x86Store = ['i4i.2xlarge', 'i4i.4xlarge', 'm6id.8xlarge', 'r6id.8xlarge'];

export const gp3: Gp3Volume = { type: 'gp3', sizeGiB: 200, iops: 3000, throughputMiBps: 125 };
export const io2: Io2Volume = { type: 'io2', sizeGiB: 200, iops: 3000 };

/** Pools that every lab may use; only those that an enabled workload names are created. */
export const defaultPools: Readonly<Record<string, Pool>> = {
  'arm64-ondemand': pool('arm64', 'on-demand'),
  'arm64-spot': pool('arm64', 'spot'),
  // Instance store rather than large volumes: its price is the host's, it is faster than a host's link to EBS, and it is no
  // part of the account's quota of EBS storage (50 TiB of gp3 at first), which some 30 hosts with 1,700 GiB would use up.
  'arm64-scratch': pool('arm64', 'on-demand', true),
  'x86-ondemand': pool('x86_64', 'on-demand'),
  'x86-spot': pool('x86_64', 'spot'),
  'x86-scratch': pool('x86_64', 'on-demand', true),
  'arm64-scratch-spot': pool('arm64', 'spot', true),
  'x86-scratch-spot': pool('x86_64', 'spot', true),
  // Hosts that no privileged container of another workload is on: who is root there could prove, or delete, what it likes.
  'arm64-archive': pool('arm64', 'on-demand'),
  'x86-archive': pool('x86_64', 'on-demand'),
};

/** What a pool has that says nothing else. */
export function pool(architecture: Architecture, market: Market, isInstanceStore = false): Pool {
  const isArm = architecture === 'arm64';
  return {
    architecture,
    market,
    instanceTypes: isInstanceStore ? (isArm ? arm64Store : x86Store) : isArm ? arm64 : x86,
    maxvCpus: 1024,
    allocationStrategy: market === 'spot' ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
    spillToOnDemand: false,
    rootGiB: 100,
    scratch: isInstanceStore ? 'instance-store' : gp3,
    // What is on the host's own disks costs nothing more, and is faster than its root volume.
    dockerOnScratch: isInstanceStore,
  };
}
