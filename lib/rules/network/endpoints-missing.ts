import { ec2Environments } from '../reading/environments.ts';
import { endpoints, neededEndpoints, reach, subnetsOf } from '../reading/network.ts';
import { list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const endpointsMissing: Rule = {
  id: 'endpoints-missing',
  what: 'a VPC without a way out has every endpoint that hosts need: each one that is missing stops them at another step',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html',
  fix: `interface endpoints of ${neededEndpoints.join(', ')}, and a gateway endpoint of s3 (where ECR keeps layers)`,
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const missing = subnetsOf(template, list(compute.Subnets) ?? [])
        .filter(subnet => reach(template, subnet) === 'none')
        .flatMap(subnet => {
          const there = endpoints(template, subnet);
          return there?.includes('ecs')
            ? [...neededEndpoints, 's3'].filter(each => !there.includes(each))
            : [];
        });
      return [...new Set(missing)].map(name =>
        trouble(resource, name, `hosts have no way out, and no endpoint of ${name}`),
      );
    }),
};
