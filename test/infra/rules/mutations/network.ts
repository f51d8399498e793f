import { endpoint, type Mutation, natRoutes, remove, routes, set } from './changes.ts';
import { id, properties } from './parts.ts';

/** The network of the default template, each broken in one way, which one rule tells. */
export const networkMutations: readonly Mutation[] = [
  {
    title: 'no default route',
    rule: 'isolated-subnet',
    mutate: p => {
      for (const id of routes(p)) remove(p.resources, id);
    },
  },
  {
    title: 'a subnet without a route table',
    rule: 'isolated-subnet',
    mutate: p => remove(p.resources, id(p, 'AWS::EC2::SubnetRouteTableAssociation')),
  },
  {
    title: 'isolated subnets with an endpoint of ECS alone',
    rule: 'endpoints-missing',
    mutate: p => {
      for (const id of routes(p)) remove(p.resources, id);
      endpoint(p, 'ecs');
    },
  },
  {
    title: 'public subnets without addresses',
    rule: 'public-ip',
    mutate: p => set(properties(p, 'AWS::EC2::Subnet'), { MapPublicIpOnLaunch: false }),
  },
  {
    title: 'a group that lets nothing out',
    rule: 'no-egress',
    mutate: p =>
      set(properties(p, 'AWS::EC2::SecurityGroup'), {
        SecurityGroupEgress: [
          { CidrIp: '255.255.255.255/32', IpProtocol: 'icmp', FromPort: 252, ToPort: 86 },
        ],
      }),
  },
  {
    title: 'NAT, and no endpoint of S3',
    rule: 'nat-without-s3',
    mutate: p => {
      natRoutes(p);
      remove(p.resources, id(p, 'AWS::EC2::VPCEndpoint'));
    },
  },
];
