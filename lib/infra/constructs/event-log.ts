import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, CfnResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface EventLogProps {
  readonly queueArns: readonly string[];
  readonly retentionDays: number;
  /** @default - CloudWatch's own key */
  readonly encryptionKey?: IKey;
}

/**
 * Every state change of the lab's jobs, a line each: what became of a job that left no record, after Batch has forgotten
 * it. By CloudFormation's own resources: CDK's target for log groups brings a Lambda.
 */
export class EventLog extends Construct {
  readonly logGroupName: string;

  constructor(scope: Construct, id: string, props: EventLogProps) {
    super(scope, id);
    const group = new CfnLogGroup(this, 'Group', {
      retentionInDays: props.retentionDays,
      ...(props.encryptionKey ? { kmsKeyId: props.encryptionKey.keyArn } : {}),
    });
    group.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const arn = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${group.ref}`;
    const rule = new CfnRule(this, 'Rule', {
      description: 'State changes of array jobs, to a log',
      eventPattern: {
        source: ['aws.batch'],
        'detail-type': ['Batch Job State Change'],
        detail: { jobQueue: props.queueArns },
      },
      targets: [{ id: 'log', arn }],
    });
    // EventBridge writes as the services that the group's account lets in: a role is not asked for.
    new CfnResourcePolicy(this, 'Policy', {
      policyName: `${Aws.STACK_NAME}-events`,
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: `${arn}:*`,
            Condition: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
          },
        ],
      }),
    });
    this.logGroupName = group.ref;
  }
}
