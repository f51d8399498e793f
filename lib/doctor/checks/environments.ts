import { environmentFinding } from '../environment-finding.ts';
import { type Check, fail } from '../finding.ts';
import { isDeployed, type PoolState, poolStates } from '../pool-states.ts';

/** Compute environments of the pools are VALID and ENABLED. */
export const environments: Check<readonly PoolState[]> = {
  name: 'environments',
  needs: ['batch:DescribeJobQueues', 'batch:DescribeComputeEnvironments'],
  gather: poolStates,
  judge: pools =>
    // A pool that is not deployed has its line among the queues.
    pools
      .filter(isDeployed)
      .flatMap(({ pool, environments: own }) =>
        own.length === 0
          ? [fail(`pool ${pool} has no compute environment in Batch`, 'npm run deploy')]
          : own.map(each => environmentFinding(pool, each)),
      ),
};
