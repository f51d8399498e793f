import { endpointsOfIsolated, letsIn } from '../reading/network.ts';
import { targets } from '../reading/template.ts';
import { list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const endpointClosed: Rule = {
  id: 'endpoint-closed',
  what: 'the security group of an endpoint lets hosts in by HTTPS: otherwise they wait for its answer for ever',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html',
  fix: 'SecurityGroupIngress for tcp 443 from the hosts’ group (CDK: endpoint.connections.allowDefaultPortFrom(hosts))',
  check: template =>
    endpointsOfIsolated(template).flatMap(resource => {
      const groups = targets(template, list(resource.properties.SecurityGroupIds), 'AWS::EC2::SecurityGroup');
      return groups && groups.length > 0 && groups.every(group => letsIn(template, group) === false)
        ? [
            trouble(
              resource,
              groups.map(each => each.id),
              'no rule lets tcp 443 in',
            ),
          ]
        : [];
    }),
};
