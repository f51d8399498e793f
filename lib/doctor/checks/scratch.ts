import { type Check, type Finding, fail, ok, type Scope, unchecked } from '../finding.ts';
import { isDeployed, type PoolState, poolStates } from '../pool-states.ts';

/** The device that our launch templates mount at /scratch. */
const device = '/dev/xvdb';

interface Fact {
  readonly pool: PoolState;
  /** GiB of each environment's volume, in their order. */
  readonly sizes: readonly (number | undefined)[];
}

/** The scratch volume of every pool's hosts, as deployed, holds what an item of its workloads needs. */
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
            each.launchTemplate ? account.volume(each.launchTemplate, device) : Promise.resolve(undefined),
          ),
        ),
      })),
    );
  },
  judge: (facts, scope) => facts.flatMap(fact => judgePool(fact, scope)),
};

function judgePool({ pool: { pool }, sizes }: Fact, { config, specs }: Scope): readonly Finding[] {
  const known = sizes.flatMap(size => size ?? []);
  const workloads = specs.filter(spec => config.workloads[spec.name]!.pools.includes(pool));
  return workloads.map(spec => {
    const what = `${spec.name} in ${pool}`;
    if (known.length < sizes.length || known.length === 0)
      // Instance-store disks are not in the launch template.
      return unchecked(`${what}: its hosts have no volume ${device} to look at`);
    const size = Math.min(...known);
    if (size < spec.scratchGiB)
      return fail(
        `${what}: hosts have ${size} GiB of scratch, and an item needs ${spec.scratchGiB}`,
        `pools.${pool}.scratch.sizeGiB: ${spec.scratchGiB} or more in lab.config.ts, then npm run deploy`,
      );
    return ok(`${what}: ${size} GiB, and an item needs ${spec.scratchGiB}`);
  });
}
