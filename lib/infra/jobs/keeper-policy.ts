import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { type CfnManagedPolicy, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeStars } from '../acknowledge.ts';
import { packed } from './policy-size.ts';

/** What those few need beside the members' policies who may submit jobs that delete: one in most labs, more where it does not fit. */
export function keeperPolicies(
  scope: Construct,
  lab: string,
  queueArns: readonly string[],
  jobDefinitionNames: readonly string[],
): readonly ManagedPolicy[] {
  const definitions = jobDefinitionNames.flatMap(name =>
    ['', ':*'].map(
      end => `arn:${Aws.PARTITION}:batch:${Aws.REGION}:${Aws.ACCOUNT_ID}:job-definition/${name}${end}`,
    ),
  );
  const all = new PolicyStatement({
    actions: ['batch:SubmitJob'],
    resources: [...queueArns, ...definitions],
  });
  return packed(scope, [all]).map((statements, index) => {
    const more = index === 0 ? '' : ` (${index + 1})`;
    // Never changed: CloudFormation replaces a policy for a new description, and attachments stay with the old one.
    const policy = new ManagedPolicy(scope, index === 0 ? 'Keepers' : `Keepers${index + 1}`, {
      description: `Submits what deletes in lab ${lab}${more}: for few, beside the policy for members`,
      statements,
    });
    (policy.node.defaultChild as CfnManagedPolicy).addMetadata('Arraylab', { For: 'keepers' });
    policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledgeStars(policy, definitions, 'revisions of one name');
    return policy;
  });
}
