import { Match, Template } from 'aws-cdk-lib/assertions';
import { secretPlaceholder } from '../../lib/contract/workload/mount.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { defaultLab, labApp } from '../rules/synthesized.ts';

const { app, stack } = labApp(defaultLab);
const template = Template.fromStack(stack);
const resources = Object.values(template.toJSON().Resources) as {
  Type: string;
  Properties: Record<string, unknown>;
}[];

it('is clean under cdk-nag: a synth throws on any finding', () => {
  expect(() => app.synth()).not.toThrow();
});

it('compute environments are AL2023, one architecture, with the newest launch template and no service role', () => {
  const environments = resources.filter(each => each.Type === 'AWS::Batch::ComputeEnvironment');
  expect(environments).toHaveLength(2);
  for (const { Properties } of environments) {
    const compute = Properties.ComputeResources as {
      Ec2Configuration: unknown;
      LaunchTemplate: { Version: unknown };
      InstanceTypes: string[];
    };
    expect(compute.Ec2Configuration).toEqual([{ ImageType: 'ECS_AL2023' }]);
    expect(compute.LaunchTemplate.Version).toMatchObject({
      'Fn::GetAtt': [expect.any(String), 'LatestVersionNumber'],
    });
    expect(new Set(compute.InstanceTypes.map(type => /^[a-z]\dg/.test(type))).size).toBe(1);
    expect(Properties.ServiceRole).toBeUndefined();
    expect(Properties.ReplaceComputeEnvironment).toBe(false);
  }
});

it('user data is MIME, mounts scratch and fails closed', () => {
  const [launch] = Object.values(template.findResources('AWS::EC2::LaunchTemplate')) as {
    Properties: { LaunchTemplateData: { UserData: { 'Fn::Base64': string } } };
  }[];
  const text = launch!.Properties.LaunchTemplateData.UserData['Fn::Base64'];
  expect(text).toMatch(/^Content-Type: multipart\/mixed; boundary="==ARRAYLAB=="\nMIME-Version: 1.0/);
  // What it does is shown by running it: user-data.test.ts.
  expect(text).toContain('systemctl mask --now --no-block ecs');
  expect(text).toContain('mountpoint -q /scratch');
});

it('scratch is encrypted gp3 that goes with its host', () => {
  template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: Match.objectLike({
      BlockDeviceMappings: Match.arrayWith([
        Match.objectLike({
          DeviceName: '/dev/xvdb',
          Ebs: Match.objectLike({
            Encrypted: true,
            DeleteOnTermination: true,
            VolumeType: 'gp3',
            VolumeSize: 200,
          }),
        }),
      ]),
      MetadataOptions: Match.objectLike({ HttpTokens: 'required' }),
    }),
  });
});

it('the output bucket stays when the stack goes, is versioned, and takes TLS only', () => {
  const buckets = Object.values(template.findResources('AWS::S3::Bucket')) as {
    DeletionPolicy: string;
    Properties: { BucketName?: string };
  }[];
  expect(
    buckets.every(each => each.DeletionPolicy === 'Retain' && each.Properties.BucketName === undefined),
  ).toBe(true);
  template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    }),
  });
});

it('the dataset’s secret holds a placeholder', () => {
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'arraylab/lab/hcp',
    SecretString: Match.stringLikeRegexp(secretPlaceholder),
  });
});

it('job definitions end with a rule that exits, name their bundle, and hold no secret', () => {
  const definitions = Object.values(template.findResources('AWS::Batch::JobDefinition')) as {
    Properties: {
      JobDefinitionName: string;
      RetryStrategy: { EvaluateOnExit: object[] };
      ContainerProperties: { Environment: { Name: string }[]; Secrets?: unknown };
    };
    Metadata: { Arraylab: unknown };
  }[];
  expect(definitions.map(each => each.Properties.JobDefinitionName).sort()).toEqual([
    'arraylab-lab-rapidtide-arm64',
    'arraylab-lab-rapidtide-x86',
  ]);
  for (const { Properties, Metadata } of definitions) {
    expect(Properties.RetryStrategy.EvaluateOnExit).toHaveLength(5);
    expect(Properties.RetryStrategy.EvaluateOnExit.at(-1)).toEqual({ Action: 'EXIT', OnReason: '*' });
    expect(Metadata.Arraylab).toEqual({ Workload: 'rapidtide', Bundle: 'dist/containers/rapidtide.mjs' });
    expect(Properties.ContainerProperties.Secrets ?? []).toEqual([]);
    expect(
      Properties.ContainerProperties.Environment.filter(each => each.Name.startsWith('AWS_BATCH')),
    ).toEqual([]);
  }
});

it('no policy allows a whole service, and only named actions have no resource', () => {
  const statements = resources
    .filter(each => each.Type === 'AWS::IAM::Policy')
    .flatMap(
      each =>
        (
          each.Properties.PolicyDocument as {
            Statement: { Effect: string; Action: string | string[]; Resource?: unknown }[];
          }
        ).Statement,
    )
    .filter(each => each.Effect === 'Allow');
  const actions = (each: { Action: string | string[] }): string[] => [each.Action].flat();
  expect(statements.flatMap(actions).filter(action => action.includes('*'))).toEqual([]);
  expect(new Set(statements.filter(each => each.Resource === '*').flatMap(actions))).toEqual(
    new Set([
      'ecs:DiscoverPollEndpoint',
      'ec2:DescribeTags',
      'ecr:GetAuthorizationToken',
      'batch:DescribeJobs',
    ]),
  );
});

it('hosts see no data', () => {
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith('InstanceRole'),
  );
  expect(JSON.stringify(policy)).not.toMatch(/s3:|secretsmanager:/);
});

it('queues give up jobs that can never run', () => {
  template.allResourcesProperties('AWS::Batch::JobQueue', {
    JobStateTimeLimitActions: [
      Match.objectLike({ Action: 'CANCEL', State: 'RUNNABLE' }),
      Match.objectLike({ Action: 'CANCEL', State: 'RUNNABLE' }),
    ],
  });
});

it('the twin reads the same stack: queues, job definitions, secret, outputs', () => {
  const read = readTwinStack(template.toJSON(), { region: 'us-east-1', account: '000000000000' });
  const map = JSON.parse(read.outputs.ArraylabMap!) as {
    queues: Record<string, string>;
    workloads: Record<string, { jobDefinitions: Record<string, string> }>;
  };
  expect(read.queues.map(each => each.name).sort()).toEqual(Object.values(map.queues).sort());
  expect(read.jobDefinitions.map(each => each.name).sort()).toEqual(
    Object.values(map.workloads.rapidtide!.jobDefinitions).sort(),
  );
  expect(read.jobDefinitions[0]).toMatchObject({
    memoryMiB: 62_000,
    vcpus: 8,
    attempts: 3,
    timeoutSeconds: 36_000,
  });
  expect(read.buckets.map(each => each.name)).toContain(read.outputs.OutputBucketName);
});

it('an NDA package is a secret for a login and a download: no bucket, no FUSE, no privileges', () => {
  const nda = Template.fromStack(
    labApp({
      datasets: { abcd: { access: 'nda', package: 77 } },
      workloads: { rapidtide: { datasets: { '/data_in': 'abcd' } } },
    }).stack,
  );
  nda.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'arraylab/lab/abcd',
    SecretString: `{"username":"${secretPlaceholder}","password":"${secretPlaceholder}"}`,
  });
  nda.hasResourceProperties('AWS::Batch::JobDefinition', {
    ContainerProperties: { Privileged: false, LinuxParameters: { Devices: Match.absent() } },
  });
  expect(JSON.stringify(nda.toJSON())).not.toContain('s3:::nda-77');
});
