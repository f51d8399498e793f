import { ec2Environments } from '../reading/environments.ts';
import { text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const allocationStrategy: Rule = {
  id: 'allocation-strategy',
  what: 'an environment does not allocate by BEST_FIT, the default: it waits for one instance type, cannot be updated, and wants a fleet role on spot',
  source: batchGuide('infrastructure-updates'),
  fix: 'AllocationStrategy: BEST_FIT_PROGRESSIVE on demand, SPOT_PRICE_CAPACITY_OPTIMIZED on spot',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const strategy = compute.AllocationStrategy;
      return strategy === undefined || text(strategy) === 'BEST_FIT'
        ? [
            trouble(
              resource,
              strategy,
              'BEST_FIT: launch template and image of the environment can never change',
            ),
          ]
        : [];
    }),
};
