import { ec2Environments } from '../reading/environments.ts';
import { text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const allocationMarket: Rule = {
  id: 'allocation-market',
  what: 'a spot strategy is for spot hosts: Batch refuses it for on-demand ones, and no linter knows',
  source: batchApi('ComputeResource'),
  fix: 'AllocationStrategy: BEST_FIT_PROGRESSIVE, or Type: SPOT',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) =>
      text(compute.AllocationStrategy)?.startsWith('SPOT_') && text(compute.Type)?.toUpperCase() === 'EC2'
        ? [trouble(resource, compute.AllocationStrategy, 'a spot strategy on on-demand hosts')]
        : [],
    ),
};
