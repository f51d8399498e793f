import {
  BatchClient,
  CancelJobCommand,
  CreateConsumableResourceCommand,
  DeleteConsumableResourceCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeConsumableResourceCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListConsumableResourcesCommand,
  ListJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { config, outcome, startRightsTwin, twin } from './rights-twin.ts';

startRightsTwin();

describe('whoever has no policy', () => {
  const jobs = ['x'];
  const log = { logGroupName: '/lab', logStreamName: 's' };
  const secret = { SecretId: 'lab/keys' };

  it('is refused every operation of Batch, Logs, Secrets Manager and CloudFormation that the twin has', async () => {
    // The datasets' owner has no part in the lab.
    const as = config(twin.keys.datasets);
    const [batch, logs, secrets] = [
      new BatchClient(as),
      new CloudWatchLogsClient(as),
      new SecretsManagerClient(as),
    ];
    const asked: Record<string, Promise<unknown>> = {
      SubmitJob: batch.send(new SubmitJobCommand({ jobName: 'a', jobQueue: 'queue', jobDefinition: 'work' })),
      DescribeJobs: batch.send(new DescribeJobsCommand({ jobs })),
      ListJobs: batch.send(new ListJobsCommand({ jobQueue: 'queue' })),
      TerminateJob: batch.send(new TerminateJobCommand({ jobId: 'x', reason: 'x' })),
      CancelJob: batch.send(new CancelJobCommand({ jobId: 'x', reason: 'x' })),
      DescribeJobQueues: batch.send(new DescribeJobQueuesCommand({})),
      DescribeComputeEnvironments: batch.send(new DescribeComputeEnvironmentsCommand({})),
      DescribeJobDefinitions: batch.send(new DescribeJobDefinitionsCommand({})),
      CreateConsumableResource: batch.send(
        new CreateConsumableResourceCommand({ consumableResourceName: 'c' }),
      ),
      DescribeConsumableResource: batch.send(
        new DescribeConsumableResourceCommand({ consumableResource: 'c' }),
      ),
      DeleteConsumableResource: batch.send(new DeleteConsumableResourceCommand({ consumableResource: 'c' })),
      ListConsumableResources: batch.send(new ListConsumableResourcesCommand({})),
      GetLogEvents: logs.send(new GetLogEventsCommand(log)),
      FilterLogEvents: logs.send(new FilterLogEventsCommand(log)),
      DescribeLogStreams: logs.send(new DescribeLogStreamsCommand(log)),
      DescribeLogGroups: logs.send(new DescribeLogGroupsCommand({})),
      CreateLogGroup: logs.send(new CreateLogGroupCommand(log)),
      CreateLogStream: logs.send(new CreateLogStreamCommand(log)),
      PutLogEvents: logs.send(
        new PutLogEventsCommand({ ...log, logEvents: [{ timestamp: Date.now(), message: 'x' }] }),
      ),
      CreateSecret: secrets.send(new CreateSecretCommand({ Name: 'new', SecretString: 'x' })),
      PutSecretValue: secrets.send(new PutSecretValueCommand({ ...secret, SecretString: 'x' })),
      GetSecretValue: secrets.send(new GetSecretValueCommand(secret)),
      DescribeSecret: secrets.send(new DescribeSecretCommand(secret)),
      ListSecrets: secrets.send(new ListSecretsCommand({})),
      DeleteSecret: secrets.send(new DeleteSecretCommand(secret)),
      RestoreSecret: secrets.send(new RestoreSecretCommand(secret)),
      DescribeStacks: new CloudFormationClient(as).send(new DescribeStacksCommand({})),
    };
    const answers = await Promise.all(
      Object.entries(asked).map(async ([name, answer]) => [name, await outcome(answer)] as const),
    );
    for (const [name, text] of answers)
      expect(text).toMatch(
        new RegExp(
          `^AccessDenied(Exception)?: User: .* is not authorized to perform: \\w+:${name} on resource`,
        ),
      );
  });
});
