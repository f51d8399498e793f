import { demandText, hostsFor, knownTypes, largest } from '../../contract/hosts/fitting.ts';
import { demandsIn } from '../../contract/workload/step-sizes.ts';
import { type Check, type Finding, fail, ok, type Scope, warn } from '../finding.ts';
import { isDeployed, type PoolState, poolStates } from '../pool-states.ts';

/** Every pool has hosts that are large enough for the jobs of its workloads, and as deployed. */
export const poolSize: Check<readonly PoolState[]> = {
  name: 'pool size',
  needs: ['batch:DescribeJobQueues', 'batch:DescribeComputeEnvironments'],
  gather: poolStates,
  judge: (pools, scope) => pools.filter(isDeployed).flatMap(pool => judgePool(pool, scope)),
};

function judgePool({ pool, environments }: PoolState, { config, specs }: Scope): readonly Finding[] {
  const types = [...new Set(environments.flatMap(each => each.instanceTypes))];
  const maxvCpus = environments.reduce((sum, each) => sum + each.maxvCpus, 0);
  const workloads = specs.filter(spec => config.workloads[spec.name]!.pools.includes(pool));
  const deploy = 'npm run deploy brings the pool to what lab.config.ts says';
  // What the deployed pool was made from may be older than the configuration.
  const wanted = config.pools[pool]?.maxvCpus;
  const other = wanted === undefined ? undefined : environments.find(each => each.maxvCpus !== wanted);
  const demands = workloads.flatMap(spec =>
    demandsIn(spec, config.workloads[spec.name]!, pool).map(demand => ({ spec, demand })),
  );
  return demands.map(({ spec, demand }) => {
    const what = `${spec.name}${demand.steps ? ` (${demand.steps.join(', ')})` : ''} in ${pool}: ${demandText(demand)}`;
    const hosts = hostsFor(demand, types);
    if (types.length === 0) return fail(`${pool} has no hosts in Batch`, deploy);
    if (knownTypes(types).length === 0)
      return warn(`${what}; what ${types.join(', ')} hold is not known to Arraylab`);
    if (hosts.length === 0)
      return fail(
        `${what} fit no host: the largest gives a job ${demandText(largest(types)!)}`,
        `a larger type in pools.${pool}.instanceTypes, or less in workloads.${spec.name}.resources, then npm run deploy`,
      );
    const least = Math.min(...hosts.map(host => host.vcpus));
    if (maxvCpus < least)
      return fail(
        `${what}: the smallest host that holds it has ${least} vCPUs, and the pool may have ${maxvCpus}`,
        `pools.${pool}.maxvCpus: at least ${least} in lab.config.ts, then npm run deploy`,
      );
    if (other)
      return warn(
        `${what} fit; the pool may have ${other.maxvCpus} vCPUs, and lab.config.ts says ${wanted}`,
        deploy,
      );
    return ok(`${what}; ${atOnce(demand.vcpus, maxvCpus)} at once`);
  });
}

const atOnce = (vcpus: number, maxvCpus: number): string =>
  Math.max(1, Math.floor(maxvCpus / vcpus)).toLocaleString('en-US');
