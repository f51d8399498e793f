import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, CfnResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { queuesByRule } from './queues-by-rule.ts';

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
    this.logGroupName = group.ref;
    // A lab without workloads has no queues, and EventBridge refuses an empty list in a pattern.
    const rules = queuesByRule(props.queueArns).map(
      (jobQueue, index) =>
        new CfnRule(this, index === 0 ? 'Rule' : `Rule${index + 1}`, {
          description: 'State changes of array jobs, to a log',
          eventPattern: {
            source: ['aws.batch'],
            'detail-type': ['Batch Job State Change'],
            detail: { jobQueue },
          },
          targets: [{ id: 'log', arn }],
        }),
    );
    if (rules.length > 0)
      this.letIn(
        arn,
        rules.map(rule => rule.attrArn),
      );
  }

  /**
   * EventBridge writes as the services that the group's account lets in: a role is not asked for, and refused. Its name
   * says which lab's it is: an account has at most ten such policies in a region.
   */
  private letIn(groupArn: string, ruleArns: readonly string[]): void {
    const statement = { Effect: 'Allow', Principal: { Service: writers }, Resource: `${groupArn}:*` };
    new CfnResourcePolicy(this, 'Policy', {
      policyName: `${Aws.STACK_NAME}-events`,
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          // EventBridge does not say for which rule it makes a stream: with the condition none is ever made.
          { ...statement, Action: 'logs:CreateLogStream' },
          {
            ...statement,
            Action: 'logs:PutLogEvents',
            Condition: { ArnEquals: { 'aws:SourceArn': ruleArns } },
          },
        ],
      }),
    });
  }
}

const writers = ['events.amazonaws.com', 'delivery.logs.amazonaws.com'];
