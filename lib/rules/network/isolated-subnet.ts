import { ec2Environments } from '../reading/environments.ts';
import { endpoints, reach, subnetsOf } from '../reading/network.ts';
import { list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const isolatedSubnet: Rule = {
  id: 'isolated-subnet',
  what: 'subnets of hosts have a way to ECS: CDK chooses isolated ones where there are any, no host joins, and jobs stay RUNNABLE for ever',
  source: batchGuide('job_stuck_in_runnable'),
  fix: 'subnets with a default route (CDK: vpcSubnets: { subnetType: PUBLIC or PRIVATE_WITH_EGRESS }), or interface endpoints',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) =>
      subnetsOf(template, list(compute.Subnets) ?? [])
        .filter(
          subnet =>
            reach(template, subnet) === 'none' && endpoints(template, subnet)?.includes('ecs') === false,
        )
        .map(subnet =>
          trouble(resource, subnet.id, `${subnet.id} has no default route and no endpoint of ECS`),
        ),
    ),
};
