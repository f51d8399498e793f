import { cacheRule, endpoint, type Mutation, natRoutes, remove, routes, set } from './changes.ts';
import { type Fields, id, type Parts, properties } from './parts.ts';

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
    title: 'a route that does not wait for its gateway',
    rule: 'route-before-attachment',
    mutate: p => {
      for (const each of routes(p)) remove(p.resources[each]!, 'DependsOn');
    },
  },
  {
    title: 'NAT, and an endpoint of S3 that only its own name finds',
    rule: 'nat-without-s3',
    mutate: p => {
      natRoutes(p);
      set(properties(p, 'AWS::EC2::VPCEndpoint'), { VpcEndpointType: 'Interface' });
    },
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

/** Endpoints of a service, and the key, of the strict lab's template. */
const endpointOf = (p: Parts, start: string): Fields =>
  properties(p, 'AWS::EC2::VPCEndpoint', `NetworkVpc${start}`);
interface Statement extends Fields {
  Sid?: string;
}
const keyStatements = (p: Parts): Statement[] =>
  (properties(p, 'AWS::KMS::Key').KeyPolicy as { Statement: Statement[] }).Statement;
const without = (p: Parts, sid: string): void => {
  const statements = keyStatements(p);
  statements.splice(
    statements.findIndex(each => each.Sid === sid),
    1,
  );
};

/** What a lab behind endpoints, with a key of its own, can lose; each told by one rule. */
export const strictMutations: readonly Mutation[] = [
  ...['Ecs', 'EcsAgent', 'EcsTelemetry', 'EcrApi', 'EcrDocker', 'Logs', 'S3'].map(name => ({
    title: `no endpoint of ${name}`,
    rule: name === 'Ecs' ? 'isolated-subnet' : 'endpoints-missing',
    mutate: (p: Parts) => remove(p.resources, endpointId(p, name)),
  })),
  {
    title: 'an endpoint without private DNS',
    rule: 'endpoint-dns',
    mutate: p => set(endpointOf(p, 'EcsAgent'), { PrivateDnsEnabled: false }),
  },
  {
    title: 'endpoints whose group lets nobody in',
    rule: 'endpoint-closed',
    mutate: p => remove(p.resources, id(p, 'AWS::EC2::SecurityGroupIngress')),
  },
  {
    title: 'endpoints whose group lets HTTP in',
    rule: 'endpoint-closed',
    mutate: p => set(properties(p, 'AWS::EC2::SecurityGroupIngress'), { FromPort: 80, ToPort: 80 }),
  },
  {
    title: 'an S3 endpoint for buckets of this account alone',
    rule: 's3-endpoint-policy',
    mutate: p => {
      const document = properties(p, 'AWS::EC2::VPCEndpoint', 'NetworkVpcS3').PolicyDocument;
      (document as { Statement: unknown[] }).Statement.splice(1);
    },
  },
  {
    title: 'an S3 endpoint that lists layers, and gives none',
    rule: 's3-endpoint-policy',
    mutate: p => {
      const document = properties(p, 'AWS::EC2::VPCEndpoint', 'NetworkVpcS3').PolicyDocument;
      set((document as { Statement: object[] }).Statement.at(-1), { Action: 's3:ListBucket' });
    },
  },
  ...['VolumesOfHosts', 'VolumesStayAttached'].map(sid => ({
    title: `a key without ${sid}`,
    rule: 'volume-key',
    mutate: (p: Parts) => without(p, sid),
  })),
  {
    title: 'a key for volumes that lets another role in',
    rule: 'volume-key',
    mutate: p => {
      const statement = keyStatements(p).find(each => each.Sid === 'VolumesOfHosts')!;
      set(statement, {
        Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/somebody' } },
      });
    },
  },
  {
    title: 'a key that CloudWatch Logs may not use',
    rule: 'log-key',
    mutate: p => without(p, 'LogGroupsOfThisStack'),
  },
  {
    title: 'an image of a cache that nobody has filled',
    rule: 'pull-through-offline',
    mutate: p => cachedImage(p),
  },
];

/** An image that comes through a new cache, and whoever starts its container may fill it. */
const cachedImage = (p: Parts): void => {
  cacheRule(p, {
    EcrRepositoryPrefix: 'quay',
    UpstreamRegistryUrl: 'quay.io',
  });
  set(p.container, {
    Image: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/quay/org/tool:1' },
  });
  const document = properties(p, 'AWS::IAM::ManagedPolicy', 'ExecutionRole').PolicyDocument;
  const Action = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];
  (document as { Statement: object[] }).Statement.push({ Effect: 'Allow', Action, Resource: '*' });
};

/** Interface endpoints are called by their name and a hash: Ecs is not EcsAgent. */
const endpointId = ({ resources }: Parts, name: string): string => {
  const found = Object.keys(resources).find(
    each =>
      resources[each]!.Type === 'AWS::EC2::VPCEndpoint' &&
      new RegExp(`^NetworkVpc${name}[0-9A-F]{8}$`).test(each),
  );
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
};
