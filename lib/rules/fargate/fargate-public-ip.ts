import { fargateContainers, fargateEnvironments } from '../reading/fargate.ts';
import { endpoints, reach } from '../reading/network.ts';
import { type RuleTemplate, targets } from '../reading/template.ts';
import { fields, isKnown, text, type Value } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const fargatePublicIp: Rule = {
  id: 'fargate-public-ip',
  what: 'a job on Fargate reaches the registry of its image: in a public subnet without a public address, and in one without any way out, it never pulls',
  source: batchApi('NetworkConfiguration'),
  fix: 'NetworkConfiguration: { "AssignPublicIp": "ENABLED" } in public subnets, or subnets behind NAT',
  check: template => {
    const ways = fargateEnvironments(template).map(({ subnets }) => wayOf(template, subnets));
    // A template does not say which environment a definition goes to: one that works is enough.
    if (ways.length === 0 || ways.includes(undefined)) return [];
    const isPublic = ways.every(each => each === 'internet-gateway');
    const isClosed = ways.every(each => each === 'none');
    return fargateContainers(template).flatMap(({ resource, container }) => {
      const { NetworkConfiguration } = container;
      const asked = fields(NetworkConfiguration).AssignPublicIp;
      if (isClosed)
        return [trouble(resource, undefined, 'subnets without a way out, and no endpoint of ECR')];
      if (!isPublic || !isKnown(NetworkConfiguration)) return [];
      return asked === undefined || text(asked) === 'DISABLED'
        ? [trouble(resource, asked, 'public subnets, and no public address')]
        : [];
    });
  },
};

/** The way out that all subnets of an environment share; undefined where it cannot be told, or they differ, or an endpoint may do. */
function wayOf(template: RuleTemplate, values: readonly Value[] | undefined) {
  const subnets = targets(template, values, 'AWS::EC2::Subnet');
  if (!subnets || subnets.length === 0) return undefined;
  const ways = new Set(
    subnets.map(subnet =>
      endpoints(template, subnet)?.includes('ecr.dkr') === false ? reach(template, subnet) : undefined,
    ),
  );
  return ways.size === 1 ? [...ways][0] : undefined;
}
