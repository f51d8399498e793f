import { CfnResource } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { CfnVPC } from 'aws-cdk-lib/aws-ec2';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { complianceNames } from '../../lib/contract/workload/config.ts';
import { defaultLab, labApp, strictLab } from '../rules/synthesized.ts';

const lab = { ...defaultLab, network: 'private-nat', compliance: 'hipaa' } as const;
const { stack } = labApp(lab);
const template = Template.fromStack(stack);
const resources = Object.entries(
  template.toJSON().Resources as Record<string, { Type: string; Properties: Record<string, unknown> }>,
);
const ofType = (type: string): Record<string, unknown>[] =>
  resources.filter(([, each]) => each.Type === type).map(([, each]) => each.Properties);
const [keyId] = resources.find(([, each]) => each.Type === 'AWS::KMS::Key')!;
const keyArn = { 'Fn::GetAtt': [keyId, 'Arn'] };

describe('a lab that is held to a pack', () => {
  it('has one key, which turns every year and stays when the stack goes', () => {
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });

  it('encrypts logs, secrets, the output bucket and every volume with it', () => {
    for (const each of ofType('AWS::Logs::LogGroup')) expect(each.KmsKeyId).toEqual(keyArn);
    for (const each of ofType('AWS::SecretsManager::Secret')) expect(each.KmsKeyId).toEqual(keyArn);
    const volumes = ofType('AWS::EC2::LaunchTemplate').flatMap(
      each => (each.LaunchTemplateData as { BlockDeviceMappings: { Ebs: object }[] }).BlockDeviceMappings,
    );
    expect(volumes).toHaveLength(4);
    for (const each of volumes) expect(each.Ebs).toMatchObject({ Encrypted: true, KmsKeyId: keyArn });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
          },
        ],
      },
    });
  });

  it('keeps access logs with S3’s key: S3 delivers none to a bucket with another', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      OwnershipControls: Match.anyValue(),
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('lets the log groups of this stack use the key, and what starts hosts, whether it is there yet or not', () => {
    // A named log group would be outside of the pattern, and the deploy would fail.
    for (const each of ofType('AWS::Logs::LogGroup')) expect(each.LogGroupName).toBeUndefined();
    const [{ KeyPolicy }] = ofType('AWS::KMS::Key') as [{ KeyPolicy: { Statement: { Sid?: string }[] } }];
    const statement = (sid: string) => KeyPolicy.Statement.find(each => each.Sid === sid);
    expect(JSON.stringify(statement('LogGroupsOfThisStack'))).toContain(
      ':log-group:",{"Ref":"AWS::StackName"},"-*"',
    );
    for (const sid of ['VolumesOfHosts', 'VolumesStayAttached']) {
      // KMS refuses a policy with a principal that is not there: of a new account, all service-linked roles.
      expect(statement(sid)).toMatchObject({
        Principal: { AWS: '*' },
        Condition: { StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' } } },
      });
      const text = JSON.stringify(statement(sid));
      for (const role of [
        'AWSServiceRoleForAutoScaling',
        'AWSServiceRoleForEC2Spot"',
        'AWSServiceRoleForBatch',
      ])
        expect(text).toContain(role);
    }
    expect(statement('VolumesStayAttached')).toMatchObject({
      Action: 'kms:CreateGrant',
      Condition: { Bool: { 'kms:GrantIsForAWSResource': true } },
    });
  });

  it('lets jobs use that key alone, through S3 and Secrets Manager alone', () => {
    const statements = ofType('AWS::IAM::ManagedPolicy')
      .flatMap(each => (each.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement)
      .filter(each => JSON.stringify(each.Action).includes('kms:'));
    expect(statements.length).toBeGreaterThan(0);
    for (const each of statements) {
      expect(each.Resource).toEqual(keyArn);
      expect(JSON.stringify(each.Condition)).toMatch(
        /^\{"StringEquals":\{"kms:ViaService":\{"Fn::Join":\["",\["(s3|secretsmanager)\./,
      );
    }
  });

  it('has no inline policy, and a default security group without rules', () => {
    template.resourceCountIs('AWS::IAM::Policy', 0);
    // CDK's own Lambda, which closes the default group.
    for (const each of ofType('AWS::IAM::Role'))
      if (!JSON.stringify(each).includes('AWSLambdaBasicExecutionRole'))
        expect(each.Policies).toBeUndefined();
    template.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
  });
});

it('without compliance there is no key to pay for', () => {
  Template.fromStack(labApp({ ...defaultLab, network: 'private-nat' }).stack).resourceCountIs(
    'AWS::KMS::Key',
    0,
  );
});

it('an existing bucket with a key of its own: jobs and members may use that key, through S3', () => {
  const existingOutputBucketKey = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd';
  const existing = Template.fromStack(
    labApp({ ...defaultLab, existingOutputBucket: 'mine', existingOutputBucketKey }).stack,
  );
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])
    existing.hasResourceProperties(type, {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: existingOutputBucketKey,
            Condition: Match.objectLike({ StringEquals: Match.objectLike({}) }),
          }),
        ]),
      },
    });
});

describe.each(complianceNames)('%s', compliance => {
  const find = <T extends CfnResource>(root: typeof stack, type: string): T =>
    root.node.findAll().find(each => CfnResource.isCfnResource(each) && each.cfnResourceType === type) as T;

  it('fails a synth of what it forbids: plain logs, S3’s keys for outputs, an open default group', () => {
    const strict = labApp({ ...lab, compliance });
    find<CfnLogGroup>(strict.stack, 'AWS::Logs::LogGroup').kmsKeyId = undefined;
    for (const each of strict.stack.node.findAll())
      if (CfnResource.isCfnResource(each) && each.cfnResourceType === 'AWS::S3::Bucket')
        (each as CfnBucket).bucketEncryption = undefined;
    const vpc = find<CfnVPC>(strict.stack, 'AWS::EC2::VPC').node.scope!;
    vpc.node.tryRemoveChild('RestrictDefaultSecurityGroupCustomResource');
    let said = '';
    try {
      strict.app.synth();
    } catch (error) {
      said = (error as Error).message;
    }
    for (const rule of [
      'CloudWatchLogGroupEncrypted',
      'S3DefaultEncryptionKMS',
      'VPCDefaultSecurityGroupClosed',
    ])
      expect(said).toContain(rule);
  });
});

it('a lab that goes behind endpoints and is held to a pack keeps what it has: nothing is replaced', () => {
  const kept =
    /^AWS::(S3::Bucket|SecretsManager::Secret|Logs::LogGroup|IAM::Role|EC2::VPC|Batch::|EC2::LaunchTemplate)/;
  const keptOf = (input: typeof defaultLab) =>
    Object.entries(
      Template.fromStack(labApp(input).stack).toJSON().Resources as Record<
        string,
        { Type: string; Properties: Record<string, unknown> }
      >,
    )
      .filter(
        ([, { Type }]) =>
          kept.test(Type) && Type !== 'AWS::EC2::VPCEndpoint' && Type !== 'AWS::EC2::VPCGatewayAttachment',
      )
      // Properties whose change replaces the resource, as CloudFormation's reference of each type says.
      .map(
        ([
          id,
          {
            Type,
            Properties: { BucketName, Name, LogGroupName, RoleName, CidrBlock },
          },
        ]) => [id, Type, BucketName, Name, LogGroupName, RoleName, CidrBlock],
      );
  const before = keptOf(defaultLab);
  expect(before.length).toBeGreaterThan(15);
  expect(keptOf(strictLab)).toEqual(expect.arrayContaining(before));
});
