import { freeGiB, jobsOn, knownTypes } from '../../contract/hosts/fitting.ts';
import { instanceStoreGiB } from '../../contract/hosts/instance-store.ts';
import type { InstanceType } from '../../contract/hosts/instance-types.ts';
import { scratchDevice } from '../../contract/workload/env.ts';
import { demandsIn } from '../../contract/workload/step-sizes.ts';
import { type Check, type Finding, fail, ok, type Scope, unchecked } from '../finding.ts';
import { isDeployed, type PoolState, poolStates } from '../pool-states.ts';

/** The device that our launch templates mount at /scratch. */

interface Fact {
  readonly pool: PoolState;
  /** GiB of each environment's volume, in their order; undefined where hosts bring disks of their own. */
  readonly sizes: readonly (number | undefined)[];
}

/** The scratch of every pool's hosts, as deployed, holds what all jobs need that Batch may place on one of them. */
export const scratch: Check<readonly Fact[]> = {
  name: 'scratch',
  needs: ['batch:DescribeComputeEnvironments', 'ec2:DescribeLaunchTemplateVersions'],
  notOnTwin: 'scratch is a folder of this machine',
  async gather(account, scope) {
    const pools = (await poolStates(account, scope)).filter(isDeployed);
    return Promise.all(
      pools.map(async pool => ({
        pool,
        sizes: await Promise.all(
          pool.environments.map(each =>
            each.launchTemplate
              ? account.volume(each.launchTemplate, scratchDevice)
              : Promise.resolve(undefined),
          ),
        ),
      })),
    );
  },
  judge: (facts, scope) => facts.flatMap(fact => judgePool(fact, scope)),
};

function judgePool(
  { pool: { pool, environments }, sizes }: Fact,
  { config, specs }: Scope,
): readonly Finding[] {
  const hosts = environments.flatMap((each, i) =>
    knownTypes(each.instanceTypes).map(host => ({ host, sizeGiB: sizes[i] ?? storeGiB(host) })),
  );
  const workloads = specs.filter(spec => config.workloads[spec.name]!.pools.includes(pool));
  const demands = workloads.flatMap(spec =>
    demandsIn(spec, config.workloads[spec.name]!, pool).map(demand => ({ spec, demand })),
  );
  return demands.map(({ spec, demand }) => {
    const what = `${spec.name}${demand.steps ? ` (${demand.steps.join(', ')})` : ''} in ${pool}`;
    const rooms = hosts
      .map(({ host, sizeGiB }) => ({ host, sizeGiB, jobs: jobsOn(host, demand) }))
      .filter(({ jobs }) => jobs > 0);
    if (rooms.length === 0 || rooms.some(room => room.sizeGiB === undefined))
      return unchecked(
        `${what}: its hosts have no volume ${scratchDevice}, and no disks that Arraylab knows`,
      );
    const [worst] = rooms.sort((a, b) => a.sizeGiB! / a.jobs - b.sizeGiB! / b.jobs);
    const { host, jobs, sizeGiB } = worst!;
    const needed = jobs * demand.scratchGiB;
    const held = `${sizeGiB} GiB on ${host.name}`;
    const asked = `${jobs === 1 ? 'an item needs' : `${jobs} items at once need`} ${needed}`;
    if (freeGiB(sizeGiB!) < needed)
      return fail(
        `${what}: ${held}, and ${asked}`,
        `more pools.${pool}.scratch in lab.config.ts, or fewer jobs a host (vcpus, memoryMiB); then npm run deploy`,
      );
    return ok(`${what}: ${held}, and ${asked}`);
  });
}

const storeGiB = ({ store }: InstanceType): number | undefined =>
  store ? instanceStoreGiB(store) : undefined;
