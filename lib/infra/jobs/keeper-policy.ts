import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { type CfnManagedPolicy, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeStars } from '../acknowledge.ts';

/** What those few need beside the members' policy who may submit jobs that delete. */
export function keeperPolicy(
  scope: Construct,
  lab: string,
  queueArns: readonly string[],
  jobDefinitionNames: readonly string[],
): ManagedPolicy {
  const definitions = jobDefinitionNames.flatMap(name =>
    ['', ':*'].map(
      end => `arn:${Aws.PARTITION}:batch:${Aws.REGION}:${Aws.ACCOUNT_ID}:job-definition/${name}${end}`,
    ),
  );
  const policy = new ManagedPolicy(scope, 'Keepers', {
    description: `Submits what deletes in lab ${lab}: for few, beside the policy for members`,
    statements: [
      new PolicyStatement({ actions: ['batch:SubmitJob'], resources: [...queueArns, ...definitions] }),
    ],
  });
  (policy.node.defaultChild as CfnManagedPolicy).addMetadata('Arraylab', { For: 'keepers' });
  policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
  acknowledgeStars(policy, definitions, 'revisions of one name');
  return policy;
}
