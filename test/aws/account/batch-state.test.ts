import { batchState } from '../../../lib/aws/account/batch-state.ts';
import { type Answer, type Asked, awsOfFile } from './fake-aws.ts';

const aws = awsOfFile();

const detail = (jobId: string, more: object = {}) => ({
  jobId,
  jobName: `name-${jobId}`,
  jobQueue: 'arn:aws:batch:us-east-1:1:job-queue/q',
  status: 'RUNNABLE',
  createdAt: 1000,
  startedAt: 0,
  jobDefinition: 'd',
  container: {
    resourceRequirements: [
      { type: 'VCPU', value: '4' },
      { type: 'MEMORY', value: '8192' },
    ],
  },
  ...more,
});
const array = detail('array', {
  status: 'PENDING',
  createdAt: 500,
  arrayProperties: { size: 300, statusSummary: { RUNNABLE: 250, SUCCEEDED: 50 } },
});
const done = detail('done', {
  status: 'PENDING',
  arrayProperties: { size: 3, statusSummary: { RUNNABLE: 0 } },
});

/** A queue with a plain job, an array whose second child at the head of the queue has the reason, and an array that runs. */
const aQueue = ({ action, body }: Asked): Answer => {
  const asked = JSON.parse(body || '{}') as Record<string, unknown>;
  const summary = (each: { jobId: string; jobName: string }) => ({
    jobId: each.jobId,
    jobName: each.jobName,
  });
  if (action.endsWith('/listjobs')) {
    if (asked.arrayJobId)
      return {
        body: {
          jobSummaryList: [
            { jobId: 'array:0', jobName: 'x' },
            { jobId: 'array:1', jobName: 'x', statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - …' },
          ],
        },
      };
    if (asked.jobStatus === 'RUNNABLE') return { body: { jobSummaryList: [summary(detail('plain'))] } };
    const parents = [array, done].map(each => ({ ...summary(each), arrayProperties: { size: 3 } }));
    return { body: { jobSummaryList: [...parents, { jobId: 'dependent', jobName: 'no array' }] } };
  }
  const all = { plain: detail('plain', { statusReason: 'why' }), array, done };
  return { body: { jobs: (asked.jobs as (keyof typeof all)[]).map(id => all[id]) } };
};

it('waiting jobs are RUNNABLE ones and arrays with RUNNABLE children, oldest first, with the reason of any child', async () => {
  aws.answer = aQueue;
  expect(await batchState(aws.endpoint).waiting('q', 100)).toEqual([
    {
      jobId: 'array',
      jobName: 'name-array',
      createdAt: 500,
      children: 250,
      vcpus: 4,
      memoryMiB: 8192,
      statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - …',
    },
    {
      jobId: 'plain',
      jobName: 'name-plain',
      createdAt: 1000,
      vcpus: 4,
      memoryMiB: 8192,
      statusReason: 'why',
    },
  ]);
  expect(await batchState(aws.endpoint).waiting('q', 1)).toHaveLength(1);
});

it('a job has its queue and status; one that Batch forgot is none', async () => {
  aws.answer = aQueue;
  expect(await batchState(aws.endpoint).job('array')).toMatchObject({
    status: 'PENDING',
    queue: 'arn:aws:batch:us-east-1:1:job-queue/q',
    children: 250,
    statusReason: expect.stringContaining('CAPACITY'),
  });
  aws.answer = () => ({ body: { jobs: [] } });
  expect(await batchState(aws.endpoint).job('gone')).toBeUndefined();
});

it('queues have their environments in order, environments their template, and a list has pages', async () => {
  const environment = (name: string) => ({
    computeEnvironmentName: name,
    computeEnvironmentArn: `arn:${name}`,
    ecsClusterArn: `arn:cluster/${name}`,
    state: 'ENABLED',
    status: 'VALID',
    computeResources: {
      type: 'SPOT',
      maxvCpus: 64,
      desiredvCpus: 8,
      instanceTypes: ['m7g.4xlarge'],
      subnets: [],
      launchTemplate: { launchTemplateId: 'lt-1', version: '7' },
    },
  });
  aws.answer = ({ action, body }) =>
    action.endsWith('describejobqueues')
      ? {
          body: {
            jobQueues: [
              {
                jobQueueName: 'q',
                jobQueueArn: 'a',
                state: 'ENABLED',
                status: 'VALID',
                priority: 1,
                computeEnvironmentOrder: [
                  { order: 2, computeEnvironment: 'second' },
                  { order: 1, computeEnvironment: 'first' },
                ],
              },
            ],
          },
        }
      : body.includes('nextToken')
        ? { body: { computeEnvironments: [environment('b')] } }
        : { body: { computeEnvironments: [environment('a')], nextToken: 't' } };
  const batch = batchState(aws.endpoint);
  expect((await batch.queues(['q']))[0]!.environments).toEqual(['first', 'second']);
  const all = await batch.environments();
  expect(all.map(each => each.name)).toEqual(['a', 'b']);
  expect(all[0]).toMatchObject({
    spot: true,
    cluster: 'arn:cluster/a',
    desiredvCpus: 8,
    launchTemplate: { id: 'lt-1', version: '7' },
  });
});

it('the image is that of the newest active revision', async () => {
  const revision = (number: number) => ({
    jobDefinitionName: 'd',
    jobDefinitionArn: 'x',
    revision: number,
    type: 'container',
    containerProperties: { image: `image:${number}` },
  });
  aws.answer = ({ body }) =>
    body.includes('"d"')
      ? { body: { jobDefinitions: [revision(9), revision(10), revision(2)] } }
      : { body: { jobDefinitions: [] } };
  expect(await batchState(aws.endpoint).images(['d', 'none'])).toEqual({ d: 'image:10' });
});
