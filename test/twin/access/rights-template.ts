export const [region, bucket] = ['us-east-1', 'lab-output'];

const statement = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource, ...more },
});
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const arn = { 'Fn::GetAtt': ['Output', 'Arn'] };
const below = (path: string) => ({ 'Fn::Sub': [`\${arn}/${path}`, { arn }] });
const batchArn = (rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:batch:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

/** A stack of little but rights: roles of jobs, the members' policy, a bucket that denies what it was allowed to. */
export const template = {
  Resources: {
    Output: { Type: 'AWS::S3::Bucket', Properties: { BucketName: bucket } },
    OutputPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Output' },
        PolicyDocument: document(
          {
            ...statement('s3:*', [arn, below('*')]),
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          { ...statement('s3:PutObject', below('sealed/*')), Effect: 'Deny', Principal: '*' },
        ),
      },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'lab/keys', SecretString: 'x' } },
    Other: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'lab/other', SecretString: 'y' } },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Sealed: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'lab/sealed', SecretString: 'z', KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    },
    Opener: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'opener',
        Policies: [
          {
            PolicyName: 'inline',
            PolicyDocument: document(
              statement('secretsmanager:GetSecretValue', { Ref: 'Sealed' }),
              statement(
                'kms:Decrypt',
                { 'Fn::GetAtt': ['Key', 'Arn'] },
                {
                  Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' } },
                },
              ),
            ),
          },
        ],
      },
    },
    Jobs: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'jobs',
        Policies: [
          {
            PolicyName: 'inline',
            PolicyDocument: document(
              statement('s3:ListBucket', arn, { Condition: { StringLike: { 's3:prefix': 'runs/*' } } }),
              statement('secretsmanager:GetSecretValue', [{ Ref: 'Secret' }, { Ref: 'Sealed' }]),
            ),
          },
        ],
      },
    },
    JobsPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'JobsPolicy',
        Roles: [{ Ref: 'Jobs' }],
        PolicyDocument: document(
          statement(['s3:GetObject', 's3:PutObject'], [below('runs/*'), below('sealed/*')]),
          statement('s3:DeleteObject', below('runs/*'), { Condition: { Null: { 's3:if-match': 'false' } } }),
        ),
      },
    },
    Queue: {
      Type: 'AWS::Batch::JobQueue',
      Properties: { JobQueueName: 'queue', ComputeEnvironmentOrder: [], Priority: 1 },
    },
    Members: {
      Type: 'AWS::IAM::ManagedPolicy',
      Metadata: { Arraylab: { For: 'members' } },
      Properties: {
        PolicyDocument: document(
          statement('batch:SubmitJob', [{ Ref: 'Queue' }, batchArn('job-definition/work')]),
          statement('batch:TagResource', batchArn('job/*'), {
            Condition: { StringEquals: { 'aws:RequestTag/lab': 'mine' } },
          }),
          statement('batch:TerminateJob', batchArn('job/*'), {
            Condition: { StringEquals: { 'aws:ResourceTag/lab': 'mine' } },
          }),
          statement('batch:DescribeJobs', '*'),
          statement('logs:FilterLogEvents', {
            'Fn::Sub': 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/lab:*',
          }),
        ),
      },
    },
    Work: {
      Type: 'AWS::Batch::JobDefinition',
      Metadata: { Arraylab: { Workload: 'work', Bundle: 'x.mjs' } },
      Properties: {
        JobDefinitionName: 'work',
        ContainerProperties: {
          Image: 'x',
          JobRoleArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
          ResourceRequirements: [
            { Type: 'VCPU', Value: '1' },
            { Type: 'MEMORY', Value: '128' },
          ],
        },
      },
    },
  },
};
