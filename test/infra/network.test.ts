import { Match, Template } from 'aws-cdk-lib/assertions';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { endpointServices } from '../../lib/contract/hosts/endpoint-services.ts';
import { networkModes } from '../../lib/contract/workload/config.ts';
import { defaultLab, labApp } from '../rules/synthesized.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

const templateOf = (input: Partial<LabConfigInput>): Template =>
  Template.fromStack(labApp({ ...defaultLab, ...input }).stack);
const ofType = (template: Template, type: string): [string, Record<string, unknown>][] =>
  Object.entries(template.toJSON().Resources as Record<string, Resource>)
    .filter(([, each]) => each.Type === type)
    .map(([id, each]) => [id, each.Properties]);

const templates = Object.fromEntries(networkModes.map(network => [network, templateOf({ network })]));
const subnets = (mode: string): [string, Record<string, unknown>][] =>
  ofType(templates[mode]!, 'AWS::EC2::Subnet');
/** Where hosts of the pools are. */
const hostSubnets = (mode: string): string[] => [
  ...new Set(
    ofType(templates[mode]!, 'AWS::Batch::ComputeEnvironment').flatMap(([, { ComputeResources }]) =>
      (ComputeResources as { Subnets: { Ref: string }[] }).Subnets.map(each => each.Ref),
    ),
  ),
];

describe.each(networkModes)('network %s', mode => {
  it('lets nothing in from outside, and logs all that flows', () => {
    const template = templates[mode]!;
    for (const [, { SecurityGroupIngress }] of ofType(template, 'AWS::EC2::SecurityGroup'))
      expect(SecurityGroupIngress).toBeUndefined();
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
    });
  });

  it('reaches S3 by a gateway endpoint in the tables of the hosts’ subnets', () => {
    const template = templates[mode]!;
    const [[, gateway]] = ofType(template, 'AWS::EC2::VPCEndpoint').filter(
      ([, each]) => each.VpcEndpointType === 'Gateway',
    ) as [[string, { RouteTableIds: { Ref: string }[] }]];
    const tables = ofType(template, 'AWS::EC2::SubnetRouteTableAssociation')
      .filter(([, each]) => hostSubnets(mode).includes((each.SubnetId as { Ref: string }).Ref))
      .map(([, each]) => (each.RouteTableId as { Ref: string }).Ref);
    expect(tables).toHaveLength(2);
    expect(gateway.RouteTableIds.map(each => each.Ref)).toEqual(expect.arrayContaining(tables));
  });
});

it('public: hosts have public addresses, and nothing costs money while idle', () => {
  expect(hostSubnets('public').sort()).toEqual(
    subnets('public')
      .map(([id]) => id)
      .sort(),
  );
  for (const [, each] of subnets('public')) expect(each.MapPublicIpOnLaunch).toBe(true);
  templates.public!.resourceCountIs('AWS::EC2::NatGateway', 0);
  templates.public!.resourceCountIs('AWS::EC2::VPCEndpoint', 1);
});

it('a VPC that is there already: hosts in its subnets, a group that lets nothing in, and nothing else of a network', () => {
  const network = {
    vpc: 'vpc-0123456789abcdef0',
    subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  };
  const template = templateOf({ network });
  for (const type of ['VPC', 'Subnet', 'Route', 'VPCEndpoint', 'FlowLog', 'InternetGateway'])
    template.resourceCountIs(`AWS::EC2::${type}`, 0);
  template.allResourcesProperties('AWS::Batch::ComputeEnvironment', {
    ComputeResources: Match.objectLike({ Subnets: network.subnets }),
  });
  const [[, group]] = ofType(template, 'AWS::EC2::SecurityGroup') as [[string, Record<string, unknown>]];
  expect([group.VpcId, group.SecurityGroupIngress]).toEqual([network.vpc, undefined]);
});

it('NDA’s downloads, which are requests that NDA signed, go through the endpoint of a lab under compliance, from the buckets that it names alone', () => {
  const template = templateOf({
    network: 'private-nat',
    compliance: 'hipaa',
    datasets: { abcd: { access: 'nda', package: 1_234_567, buckets: ['NDAR_Central_1'] } },
    workloads: { rapidtide: { datasets: { '/data_in': 'abcd' } } },
  });
  const [[, { PolicyDocument }]] = ofType(template, 'AWS::EC2::VPCEndpoint') as [
    [string, { PolicyDocument: { Statement: { Action: string; Resource: unknown; Condition?: unknown }[] } }],
  ];
  const reads = PolicyDocument.Statement.filter(each => each.Action === 's3:GetObject' && !each.Condition);
  expect(JSON.stringify(reads)).toContain(':s3:::NDAR_Central_1/*"');
  const anywhere = PolicyDocument.Statement.filter(each => [each.Resource].flat().includes('*'));
  expect(anywhere.map(each => each.Condition)).toEqual([
    { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } },
  ]);
});

it('private-nat: one gateway for all zones, and no subnet gives public addresses', () => {
  const template = templates['private-nat']!;
  template.resourceCountIs('AWS::EC2::NatGateway', 1);
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 1);
  for (const [, each] of subnets('private-nat')) expect(each.MapPublicIpOnLaunch ?? false).toBe(false);
  for (const id of hostSubnets('private-nat')) expect(id).toMatch(/Private/);
});

describe('private-endpoints', () => {
  const endpoints = (template: Template): Record<string, Record<string, unknown>> =>
    Object.fromEntries(
      ofType(template, 'AWS::EC2::VPCEndpoint')
        .filter(([, each]) => each.VpcEndpointType === 'Interface')
        .map(([, each]) => [String(each.ServiceName).replace('com.amazonaws.us-east-1.', ''), each]),
    );
  const needed = ['batch', 'ecr.api', 'ecr.dkr', 'ecs', 'ecs-agent', 'ecs-telemetry', 'logs'];

  it('has no way out, and an endpoint of each service that hosts and jobs call', () => {
    const template = templates['private-endpoints']!;
    for (const type of ['Route', 'InternetGateway', 'NatGateway', 'EIP'])
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    expect(Object.keys(endpoints(template)).sort()).toEqual([...needed, 'secretsmanager']);
    for (const each of Object.values(endpoints(template))) {
      expect(each.PrivateDnsEnabled).toBe(true);
      expect(each.SubnetIds).toHaveLength(2);
    }
  });

  it('has none of Secrets Manager where no dataset has a secret', () => {
    const template = templateOf({
      network: 'private-endpoints',
      datasets: { hcp: { bucket: 'a-bucket', access: 'role' } },
    });
    expect(Object.keys(endpoints(template)).sort()).toEqual(needed);
  });

  it('are those whose zones lab doctor looks at', () => {
    expect([...endpointServices([{ access: 'role' }])].sort()).toEqual(needed);
    expect(endpointServices([{ access: 'keys' }])).toContain('secretsmanager');
  });

  it('lets hosts call endpoints by HTTPS, and nobody else', () => {
    const template = templates['private-endpoints']!;
    const [[, ingress], ...others] = ofType(template, 'AWS::EC2::SecurityGroupIngress') as [
      [string, Record<string, unknown>],
    ];
    expect(others).toEqual([]);
    expect(ingress).toMatchObject({
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^NetworkHosts/), 'GroupId'] },
      GroupId: { 'Fn::GetAtt': [expect.stringMatching(/^NetworkEndpoints/), 'GroupId'] },
    });
  });

  it('S3 is this account’s buckets, the datasets’, and those that hosts are made of', () => {
    templates['private-endpoints']!.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
          Match.objectLike({ Action: ['s3:GetObject', 's3:ListBucket'] }),
          Match.objectLike({ Action: 's3:GetObject' }),
        ],
      },
    });
    const text = JSON.stringify(templates['private-endpoints']!.findResources('AWS::EC2::VPCEndpoint'));
    for (const bucket of ['hcp-openaccess', 'starport-layer-bucket', 'al2023-repos-'])
      expect(text).toContain(bucket);
  });
});

it('places of workloads and an output bucket may be another account’s, and nothing else of it', () => {
  const template = templateOf({
    compliance: 'hipaa',
    network: 'private-nat',
    existingOutputBucket: 'kept-elsewhere',
    archive: { bucket: 'cold-elsewhere', existing: true },
    workloads: {
      ...defaultLab.workloads,
      'plate-archive': { places: { source: { bucket: 'imaging-elsewhere' } } },
    },
  } as never);
  const [gateway] = ofType(template, 'AWS::EC2::VPCEndpoint')
    .map(([, each]) => each)
    .filter(each => each.VpcEndpointType === 'Gateway');
  const open = (
    gateway!.PolicyDocument as { Statement: { Action: unknown; Resource: unknown; Condition?: unknown }[] }
  ).Statement.filter(each => !each.Condition);
  const of = (bucket: string) => open.filter(each => JSON.stringify(each.Resource).includes(`:::${bucket}`));
  expect(JSON.stringify(of('kept-elsewhere').map(each => each.Action))).toContain('s3:PutObject');
  for (const bucket of ['imaging-elsewhere', 'cold-elsewhere'])
    expect(JSON.stringify(of(bucket).map(each => each.Action))).toContain('s3:*Object*');
  expect(open.filter(each => each.Resource === '*')).toEqual([]);
});

it('subnets have the same addresses in every mode that has them, so that a lab can go from one to another', () => {
  const addresses = (mode: string, kind: string): unknown[] =>
    subnets(mode)
      .filter(([id]) => id.includes(kind))
      .map(([id, each]) => [id, each.CidrBlock]);
  expect(addresses('private-nat', 'Private')).toHaveLength(2);
  expect(addresses('private-nat', 'Public')).toEqual(addresses('public', 'Public'));
  expect(addresses('private-nat', 'Private')).toEqual(addresses('private-endpoints', 'Private'));
});
