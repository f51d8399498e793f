import {
  accessKey,
  addLine,
  allow,
  cacheRule,
  environmentVariable,
  type Mutation,
  remove,
  set,
  trust,
} from './changes.ts';
import { type Parts, properties } from './parts.ts';

/** Secrets, roles and privileges of the default template’s jobs, each broken in one way, which one rule tells. */
export const rightsMutations: readonly Mutation[] = [
  {
    title: 'a password in the environment',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'DB_PASSWORD', 'correct horse battery'),
  },
  {
    title: 'an access key under a harmless name',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'NOTE', `key ${accessKey}`),
  },
  {
    title: 'a secret that CloudFormation resolves into the environment',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'HCP', '{{resolve:secretsmanager:hcp:SecretString:key}}'),
  },
  {
    title: 'a hidden parameter in the environment',
    rule: 'plain-secret',
    mutate: p => {
      set(p.parameters, { HcpKey: { Type: 'String', NoEcho: true } });
      environmentVariable(p, 'HCP', { Ref: 'HcpKey' });
    },
  },
  {
    title: 'an access key in the command',
    rule: 'plain-secret',
    mutate: p => set(p.container, { Command: ['--key', accessKey] }),
  },
  {
    title: 'an access key in user data',
    rule: 'plain-secret',
    mutate: p => addLine(p, `export KEY=${accessKey}`),
  },
  {
    title: 'a dataset’s keys where the job role’s are',
    rule: 'keys-over-role',
    mutate: p =>
      set(p.container, { Secrets: [{ Name: 'AWS_ACCESS_KEY_ID', ValueFrom: 'arn:aws:secretsmanager:x' }] }),
  },
  {
    title: 'an endpoint of a test',
    rule: 'endpoint-in-environment',
    mutate: p => environmentVariable(p, 'AWS_ENDPOINT_URL_S3', 'http://localhost:4566'),
  },
  {
    title: 'privileged without a reason',
    rule: 'privileged-reason',
    mutate: p => remove(p.jobMetadata, 'ArraylabPrivileged'),
  },
  {
    title: 'secrets and no execution role',
    rule: 'secrets-without-role',
    mutate: p => {
      set(p.container, { Secrets: [{ Name: 'HCP', ValueFrom: 'arn:aws:secretsmanager:x' }] });
      remove(p.container, 'ExecutionRoleArn');
    },
  },
  {
    title: 'a job role that trusts Batch, by a statement without its list',
    rule: 'role-trust',
    mutate: p => {
      trust(p, 'Rolerapidtide', 'batch.amazonaws.com');
      const document = properties(p, 'AWS::IAM::Role', 'Rolerapidtide').AssumeRolePolicyDocument as {
        Statement: unknown;
      };
      document.Statement = (document.Statement as unknown[])[0];
    },
  },
  {
    title: 'a privileged job that may delete',
    rule: 'privileged-beside-delete',
    mutate: p => allow(p, 'Rolerapidtide', 's3:DeleteObject'),
  },
  ...['latest-release', 'main', 'stable-gpu'].map(tag => ({
    title: `the tag ${tag}`,
    rule: 'image-unpinned',
    mutate: (p: Parts) =>
      set(p.container, {
        Image: { 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/\${Lab}-tool:${tag}` },
      }),
  })),
  {
    title: 'a job role that trusts Batch',
    rule: 'role-trust',
    mutate: p => trust(p, 'Rolerapidtide', 'batch.amazonaws.com'),
  },
  {
    title: 'an instance role that trusts tasks',
    rule: 'role-trust',
    mutate: p => trust(p, 'InstanceRole', 'ecs-tasks.amazonaws.com'),
  },
  {
    title: 'Docker Hub through ECR without a secret',
    rule: 'pull-through-secret',
    mutate: p => cacheRule(p, {}),
  },
  {
    title: 'Docker Hub through ECR with a secret that CloudFormation names',
    rule: 'pull-through-secret',
    mutate: p => {
      set(p.resources, { Hub: { Type: 'AWS::SecretsManager::Secret', Properties: {} } });
      cacheRule(p, { CredentialArn: { Ref: 'Hub' } });
    },
  },
  {
    title: 'Docker Hub through ECR with any secret',
    rule: 'pull-through-secret',
    mutate: p =>
      cacheRule(p, {
        CredentialArn: {
          'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:us-east-1:${AWS::AccountId}:secret:hub-AbCdEf',
        },
      }),
  },
  {
    title: 'an image of a cache that nobody may fill',
    rule: 'pull-through-import',
    mutate: p => {
      cacheRule(p, {
        CredentialArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf',
      });
      set(p.container, {
        Image: {
          'Fn::Sub':
            '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/hub/fredericklab/rapidtide:v3.2.0',
        },
      });
    },
  },
];
