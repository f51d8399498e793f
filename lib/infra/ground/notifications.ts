import { Aws } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { jobParameters } from '../../contract/run/job-parameters.ts';
import { acknowledge } from '../acknowledge.ts';
import { queuesByRule } from './queues-by-rule.ts';

export interface NotificationsProps {
  readonly lab: string;
  readonly emails: readonly string[];
  readonly queueArns: readonly string[];
  /** @default - none: SNS keeps a message for moments, and EventBridge may not use SNS's own key */
  readonly encryptionKey?: IKey;
}

/**
 * A mail when a run is over: when a job of its last step has ended, or never can as what it waits for has failed. Only the
 * parent of an array tells, so that ten thousand children are one mail.
 */
export class Notifications extends Construct {
  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const topic = new Topic(this, 'Topic', {
      displayName: `arraylab ${props.lab}`,
      enforceSSL: true,
      ...(props.encryptionKey ? { masterKey: props.encryptionKey } : {}),
    });
    if (props.encryptionKey) letEventsUse(props.encryptionKey);
    else
      acknowledge(
        topic,
        'SNS2',
        'Names of runs alone; EventBridge may not use the key that SNS has by itself',
      );
    for (const email of props.emails) topic.addSubscription(new EmailSubscription(email));
    const { lastStep, run } = jobParameters;
    queuesByRule(props.queueArns).forEach((jobQueue, index) => {
      new Rule(this, index === 0 ? 'Rule' : `Rule${index + 1}`, {
        description: 'Runs of the lab that are over, to a topic',
        eventPattern: {
          source: ['aws.batch'],
          detailType: ['Batch Job State Change'],
          detail: {
            status: ['SUCCEEDED', 'FAILED'],
            jobQueue,
            parameters: { [lastStep]: ['yes'] },
            // A child has an index; its parent, and a job that is none, have not.
            arrayProperties: { index: Match.doesNotExist() },
          },
        },
        targets: [
          new SnsTopic(topic, {
            message: RuleTargetInput.fromText(
              [
                `Run ${EventField.fromPath(`$.detail.parameters.${run}`)} of lab ${props.lab}: its last step is over, ${EventField.fromPath('$.detail.status')}.`,
                `Job ${EventField.fromPath('$.detail.jobName')} in ${Aws.REGION}.`,
                `What became of every item: npx lab status ${EventField.fromPath(`$.detail.parameters.${run}`)}`,
              ].join(' '),
            ),
          }),
        ],
      });
    });
  }
}

/** With EventBridge's own name for itself, of this account alone. */
function letEventsUse(key: IKey): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
}
