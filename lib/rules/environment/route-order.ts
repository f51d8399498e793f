import { ec2Environments } from '../reading/environments.ts';
import { defaultRoutes, subnetsOf } from '../reading/network.ts';
import { isAfter } from '../reading/order.ts';
import { list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const routeOrder: Rule = {
  id: 'route-order',
  what: 'an environment goes before its hosts’ way out: CloudFormation otherwise detaches the gateway while hosts still have public addresses, and the deletion of the stack fails',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html#gatewayattachment',
  fix: 'DependsOn of the environment names the route (CDK: environment.node.addDependency(vpc.selectSubnets(…).internetConnectivityEstablished))',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const routes = subnetsOf(template, list(compute.Subnets) ?? []).flatMap(
        subnet => defaultRoutes(template, subnet) ?? [],
      );
      return [...new Set(routes)]
        .filter(route => !isAfter(template, resource, route))
        .map(route => trouble(resource, route.id, `${route.id} may be deleted before its hosts`));
    }),
};
