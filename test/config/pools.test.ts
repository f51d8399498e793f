import fc from 'fast-check';
import { workloads } from '../../jobs/index.ts';
import { defaultPools } from '../../lib/config/default-pools.ts';
import type { LabConfigInput, PoolInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { freeScratchGiB, scratchShortage } from '../../lib/contract/hosts/fitting.ts';
import { instanceStoreFamilies } from '../../lib/contract/hosts/instance-store.ts';
import { instanceType } from '../../lib/contract/hosts/instance-types.ts';
import type { LabConfig } from '../../lib/contract/workload/config.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';
import { runs } from '../helpers/runs.ts';
import { problemsOf } from './problems-of.ts';

const lab = (pools: Record<string, PoolInput>, more: object): LabConfigInput => ({
  ...rapidtideLab,
  pools,
  workloads: { rapidtide: { ...rapidtideLab.workloads.rapidtide, ...more } },
});
const resolve = (pools: Record<string, PoolInput>, more: object = {}): LabConfig =>
  resolveConfig(lab(pools, more), workloads);
const problems = (pools: Record<string, PoolInput>, more: object = {}): string =>
  problemsOf(lab(pools, more));

describe('default pools', () => {
  it('are on demand and spot for each architecture, some with much scratch, and some that archives share with nobody', () => {
    expect(Object.keys(defaultPools).sort()).toEqual([
      'arm64-archive',
      'arm64-ondemand',
      'arm64-scratch',
      'arm64-scratch-spot',
      'arm64-spot',
      'x86-archive',
      'x86-ondemand',
      'x86-scratch',
      'x86-scratch-spot',
      'x86-spot',
    ]);
  });

  it.each(Object.entries(defaultPools))('%s: every type is known and of its architecture', (_, pool) => {
    for (const name of pool.instanceTypes)
      expect(instanceType(name)).toMatchObject({ architecture: pool.architecture });
  });

  it.each(['arm64-scratch', 'x86-scratch'])(
    '%s has 1,700 GiB on its smallest host, on one disk: no mdadm is needed',
    name => {
      const pool = defaultPools[name]!;
      const hosts = pool.instanceTypes.map(type => instanceType(type)!);
      expect(Math.min(...hosts.map(host => freeScratchGiB(pool, host)))).toBeGreaterThan(1700);
      expect(hosts.map(host => host.store?.disks)).toEqual(hosts.map(() => 1));
    },
  );

  it('rapidtide’s: the hosts of rapidtide-cloud for 62,000 MiB, and one of twice that for retries', () => {
    const { instanceTypes } = defaultPools['arm64-ondemand']!;
    expect(instanceTypes).toEqual(
      expect.arrayContaining(['m6g.4xlarge', 'm7g.4xlarge', 'r6g.2xlarge', 'r7g.2xlarge']),
    );
    expect(Math.max(...instanceTypes.map(each => instanceType(each)!.memoryMiB))).toBe(131_072);
    expect(resolve({}).workloads.rapidtide).toMatchObject({
      pools: ['arm64-ondemand', 'x86-ondemand'],
      resources: { memoryMiB: 62_000 },
    });
  });
});

describe('a pool of the lab’s own', () => {
  it('has a default for all that is not said', () => {
    expect(resolve({ mine: {} }).pools.mine).toEqual({
      ...defaultPools['x86-ondemand'],
      rootGiB: 100,
      scratch: { type: 'gp3', sizeGiB: 200, iops: 3000, throughputMiBps: 125 },
      spillToOnDemand: false,
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
    });
  });

  it('says all of it', () => {
    const all: PoolInput = {
      architecture: 'arm64',
      market: 'spot',
      instanceTypes: ['m7g.8xlarge'],
      maxvCpus: 64,
      allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED',
      spillToOnDemand: true,
      rootGiB: 60,
      scratch: { type: 'io2', sizeGiB: 500, iops: 100_000 },
      dockerOnScratch: false,
      image: '/lab/image',
    };
    expect(resolve({ mine: all }).pools.mine).toEqual(all);
  });

  it('with an instance store has types with disks, where it says none', () => {
    const { instanceTypes } = resolve({ mine: { architecture: 'arm64', scratch: 'instance-store' } }).pools
      .mine!;
    expect(instanceTypes).toEqual(defaultPools['arm64-scratch']!.instanceTypes);
  });

  it('changes what it says of a default one, and no more', () => {
    const { pools } = resolve({ 'arm64-spot': { maxvCpus: 8 }, 'x86-scratch': { maxvCpus: 8 } });
    expect(pools['arm64-spot']).toEqual({ ...defaultPools['arm64-spot'], maxvCpus: 8 });
    expect(pools['x86-scratch']).toEqual({ ...defaultPools['x86-scratch'], maxvCpus: 8 });
  });

  it('may have scratch on volumes where the default one has disks', () => {
    const { scratch, instanceTypes } = resolve({ 'x86-scratch': { scratch: { sizeGiB: 4000 } } }).pools[
      'x86-scratch'
    ]!;
    expect(scratch).toEqual({ type: 'gp3', sizeGiB: 4000, iops: 3000, throughputMiBps: 125 });
    expect(instanceTypes).toEqual(defaultPools['x86-ondemand']!.instanceTypes);
  });

  it('has every problem told at once', () => {
    const text = problems({
      Odd: {},
      a: { architecture: 'arm' as never, market: 'spott' as never, rootGib: 1 } as PoolInput,
      b: { instanceTypes: [], maxvCpus: 0, rootGiB: 20 },
      c: { spillToOnDemand: true, allocationStrategy: 'BEST_FIT' as never, image: 'ami-xyz' },
      d: { market: 'spot', allocationStrategy: 'BEST_FIT_PROGRESSIVE', spillToOnDemand: 'yes' as never },
      e: { architecture: 'arm64', scratch: 'instance-store', instanceTypes: ['m7g.4xlarge', 'i4g.xlarge'] },
      f: { scratch: { type: 'io2', sizeGiB: 4, iops: 10, throughputMiBps: 125 } },
      g: { scratch: { sizeGiB: 8, iops: 90_000, throughputMiBps: 3000, size: 1 } as never },
      h: { scratch: { type: 'gp2' as never } },
      i: { scratch: 'ephemeral' as never, image: 'lab/image' },
    });
    for (const words of [
      'pools.Odd: is not a name',
      'pools.a.architecture: "arm" is no architecture\n  arm64 or x86_64',
      'pools.a.market: "spott" is no market\n  on-demand or spot',
      'pools.a.rootGib: is not understood\n  did you mean rootGiB?',
      'pools.b.instanceTypes: is empty',
      'pools.b.maxvCpus: 0 is not a whole number from 1',
      'pools.b.rootGiB: 20 is not a whole number from 30',
      'pools.c.spillToOnDemand: is of spot pools',
      'pools.c.allocationStrategy: "BEST_FIT" is no strategy for on-demand hosts\n  BEST_FIT_PROGRESSIVE',
      'pools.c.image: "ami-xyz" is neither',
      'pools.d.allocationStrategy: "BEST_FIT_PROGRESSIVE" is no strategy for spot hosts\n  SPOT_PRICE',
      'pools.d.spillToOnDemand: "yes" is neither true nor false',
      'pools.e.instanceTypes: m7g.4xlarge has no instance store',
      'pools.f.scratch.sizeGiB: 4 is not',
      'pools.f.scratch.iops: 10 is not a whole number from 100',
      'pools.f.scratch.throughputMiBps: is of gp3 alone',
      'pools.g.scratch.size: is not understood',
      'pools.g.scratch.iops: 90000 is not a whole number from 3000 to 80000',
      'pools.g.scratch.iops: 90000 are more than 500 a GiB of 8',
      'pools.g.scratch.throughputMiBps: 3000 is not a whole number from 125 to 2000',
      'pools.h.scratch.type: "gp2" is no type',
      'pools.i.scratch: "ephemeral" is no scratch',
      'pools.i.image: "lab/image" is neither',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('i4g.xlarge has');
  });

  it('whatever is said of it, says problems or is a pool: never another error', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'architecture',
            'market',
            'instanceTypes',
            'scratch',
            'image',
            'maxvCpus',
            'rootGiB',
          ),
          fc.jsonValue(),
        ),
        input => {
          try {
            resolve({ mine: input as PoolInput });
          } catch (error) {
            expect((error as Error).name).toBe('LabError');
          }
        },
      ),
      { numRuns: runs(500), examples: [[{ maxvCpus: { toString: '' } }], [{ image: { toString: [] } }]] },
    );
  });
});

describe('scratch for a workload', () => {
  const tiny = { vcpus: 2, memoryMiB: 4000 };

  it('is that of all jobs that a host holds, for Batch knows nothing of disks', () => {
    const scratch = { sizeGiB: 100 };
    const pools = { mine: { instanceTypes: ['m7i.4xlarge'], scratch } };
    expect(problems(pools, { pools: ['mine'] })).toBe('');
    expect(problems(pools, { pools: ['mine'], resources: tiny })).toContain(
      'pools.mine.scratch: a m7i.4xlarge has 98 GiB free, and the 8 jobs of rapidtide that it holds need 160\n  sizeGiB: 164',
    );
    expect(
      problems({ mine: { ...pools.mine, scratch: { sizeGiB: 164 } } }, { pools: ['mine'], resources: tiny }),
    ).toBe('');
  });

  it('is what the disks of each type give, worst first', () => {
    const pool = {
      ...defaultPools['arm64-scratch']!,
      instanceTypes: ['m7gd.4xlarge', 'c7gd.large', 'i4g.large'],
    };
    expect(scratchShortage(pool, tiny, 110)).toEqual({
      host: 'm7gd.4xlarge',
      jobs: 8,
      freeGiB: 866,
    });
  });
});

describe('a limit of a workload’s own', () => {
  it('gives it pools of its own, and leaves those of others as they were', () => {
    const config = resolve({}, { maxvCpus: 64 });
    expect(config.workloads.rapidtide!.pools).toEqual(['arm64-ondemand-rapidtide', 'x86-ondemand-rapidtide']);
    expect(config.pools['arm64-ondemand-rapidtide']).toEqual({
      ...defaultPools['arm64-ondemand'],
      maxvCpus: 64,
    });
    expect(config.pools['arm64-ondemand']).toEqual(defaultPools['arm64-ondemand']);
  });

  it('is at least one job’s, and clashes with no pool', () => {
    const text = problems({ 'arm64-ondemand-rapidtide': {} }, { maxvCpus: 4 });
    expect(text).toContain('workloads.rapidtide.maxvCpus: 4 are less than the 8 vCPUs of one job');
    expect(text).toContain('makes a pool arm64-ondemand-rapidtide, and there is one');
    expect(problems({}, { maxvCpus: 1.5 })).toContain(
      'workloads.rapidtide.maxvCpus: 1.5 is not a whole number',
    );
  });
});

describe('instance types', () => {
  it.each([
    // DescribeInstanceTypes: vCPUs, MiB, disks and GB of each.
    ['m6gd.4xlarge', 16, 65_536, 1, 950],
    ['m7gd.12xlarge', 48, 196_608, 2, 1425],
    ['r6gd.16xlarge', 64, 524_288, 2, 1900],
    ['c7gd.medium', 1, 2048, 1, 59],
    ['c8gd.48xlarge', 192, 393_216, 6, 1900],
    ['m6id.32xlarge', 128, 524_288, 4, 1900],
    ['r6id.large', 2, 16_384, 1, 118],
    ['i4g.2xlarge', 8, 65_536, 1, 1875],
    ['i4i.32xlarge', 128, 1_048_576, 8, 3750],
    ['i8ge.3xlarge', 12, 98_304, 1, 7500],
    ['im4gn.4xlarge', 16, 65_536, 1, 7500],
    ['is4gen.medium', 1, 6144, 1, 937],
    ['is4gen.8xlarge', 32, 196_608, 4, 7500],
  ])('%s is what EC2 says it is', (name, vcpus, memoryMiB, disks, diskGB) => {
    expect(instanceType(name)).toMatchObject({ vcpus, memoryMiB, store: { disks, diskGB } });
  });

  it('without disks, or of a family whose disks are not known, have no store', () => {
    expect(instanceType('m7g.4xlarge')).not.toHaveProperty('store');
    expect(instanceType('i3.large')).toBeUndefined();
    expect(instanceType('m7gd.24xlarge')).not.toHaveProperty('store');
  });

  it('every family with a store has the architecture of its name', () => {
    for (const family of instanceStoreFamilies())
      expect(instanceType(`${family}.xlarge`)?.architecture).toBe(
        /\dg|4gn|4gen/.test(family) ? 'arm64' : 'x86_64',
      );
  });
});
