import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sdkBatch } from '../../lib/aws/batch.ts';
import { batchOperations, type JobQuery } from '../../lib/aws/batch-operations.ts';
import { checkJob, type JobRequest } from '../../lib/aws/job-request.ts';
import { copyOf, startTestBatch, type TestBatch } from '../twin/batch/helper.ts';

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
let batch: TestBatch;
beforeAll(async () => {
  batch = await startTestBatch();
});
afterAll(() => batch.stop());

const operations = () => batchOperations({ region: 'us-east-1', url: batch.url, credentials });
const job = (more: Partial<JobRequest> = {}): JobRequest => ({
  jobName: 'a-job',
  jobQueue: 'queue',
  jobDefinition: 'work',
  ...more,
});
const names = async (query: JobQuery): Promise<string[]> => {
  const found: string[] = [];
  for await (const each of operations().list(query)) found.push(each.jobName);
  return found.sort();
};

it('a job gets what was asked for it', async () => {
  const before = await operations().submit(job({ container: { command: ['ok'] } }));
  const { jobId } = await operations().submit(
    job({
      jobName: 'all-of-it',
      arraySize: 3,
      dependsOn: [{ jobId: before.jobId }],
      container: { vcpus: 2, memoryMiB: 1000, command: ['ok'], environment: { A: 'b' } },
      attempts: 2,
      timeoutSeconds: 100,
      tags: { x: 'y' },
    }),
  );
  const done = await batch.until(jobId, 'SUCCEEDED');
  expect(done).toMatchObject({
    arrayProperties: { size: 3 },
    dependsOn: [{ jobId: before.jobId }],
    timeout: { attemptDurationSeconds: 100 },
    retryStrategy: { attempts: 2 },
    tags: { x: 'y' },
  });
  expect(done.container?.resourceRequirements).toEqual(
    expect.arrayContaining([
      { type: 'VCPU', value: '2' },
      { type: 'MEMORY', value: '1000' },
    ]),
  );
  expect(batch.started.find(each => each.jobId === `${jobId}:1`)?.environment.A).toBe('b');
});

it('jobs are listed by queue, name, state and array', async () => {
  const { jobId } = await operations().submit(
    job({ jobName: 'listed-one', arraySize: 2, container: { command: ['hang'] } }),
  );
  await operations().submit(job({ jobName: 'listed-two', container: { command: ['exit', '3'] } }));
  await batch.until(`${jobId}:1`, 'RUNNING');
  expect(await names({ jobQueue: 'queue', namePrefix: 'listed-' })).toEqual(['listed-one', 'listed-two']);
  expect(await names({ arrayJobId: jobId })).toHaveLength(2);
  expect(await names({ arrayJobId: jobId, status: 'RUNNING' })).toHaveLength(2);
  expect(await names({ jobQueue: 'queue', status: 'FAILED', namePrefix: 'listed-' })).toEqual(['listed-two']);
  expect((await names({ jobQueue: 'queue' })).length).toBeGreaterThan(2);
  await operations().terminate(jobId, 'the test is over');
  expect(await batch.until(jobId, 'FAILED')).toMatchObject({ statusReason: 'the test is over' });
});

describe('a job of several nodes', () => {
  let wide: TestBatch;
  beforeAll(async () => {
    wide = await startTestBatch({ resources: copyOf({ nodes: 3 }) });
  });
  afterAll(() => wide.stop());
  const endpoint = () => ({ region: 'us-east-1', url: wide.url, credentials });
  const nodes = async (query: JobQuery): Promise<string[]> => {
    const found: string[] = [];
    for await (const each of batchOperations(endpoint()).list(query)) found.push(each.jobId);
    return found.sort();
  };

  it('has its overrides and its number of nodes, and its nodes are listed by state', async () => {
    const { jobId } = await batchOperations(endpoint()).submit(
      job({ nodes: { count: 2, overrides: [{ targetNodes: '0:', container: { command: ['hang'] } }] } }),
    );
    await wide.until(`${jobId}#1`, 'RUNNING');
    wide.finish(`${jobId}#1`);
    await wide.until(`${jobId}#1`, 'SUCCEEDED');
    expect(await nodes({ multiNodeJobId: jobId })).toEqual([`${jobId}#0`, `${jobId}#1`]);
    expect(await nodes({ multiNodeJobId: jobId, status: 'RUNNING' })).toEqual([`${jobId}#0`]);
    await batchOperations(endpoint()).terminate(jobId, 'the test is over');
    await wide.until(jobId, 'FAILED');
  });

  it('is submitted by a run with its environment on every node, and its end is the main node’s', async () => {
    const port = sdkBatch(endpoint());
    const { jobId } = await port.submit({
      jobName: 'of-a-run',
      jobQueue: 'queue',
      jobDefinition: 'work',
      dependsOn: [],
      environment: { LAB_STEP: 'solve' },
      memoryMiB: 200,
      nodes: 3,
    });
    await wide.until(jobId, 'SUCCEEDED');
    const started = wide.started.filter(each => each.jobName === 'of-a-run');
    expect(started.map(each => each.environment.LAB_STEP)).toContain('solve');
    expect((await port.describe([jobId]))[0]).toMatchObject({
      status: 'SUCCEEDED',
      exitCode: 0,
      logStream: expect.stringMatching(/^work\//),
    });
  });
});

it('what waits can be cancelled', async () => {
  const { jobId } = await operations().submit(job({ container: { command: ['hang'] } }));
  const waits = await operations().submit(job({ dependsOn: [{ jobId }] }));
  await operations().cancel(waits.jobId, 'not wanted');
  await operations().terminate(jobId, 'the test is over');
  expect(await batch.until(waits.jobId, 'FAILED')).toBeTruthy();
});

it('nodes, parameters and instance types are sent in Batch’s words', async () => {
  let body = '';
  const server = createServer((request, response) => {
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => response.end('{"jobId":"j","jobName":"n"}'));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await batchOperations({ region: 'us-east-1', url, credentials }).submit(
    job({
      parameters: { input: 'x' },
      nodes: {
        count: 4,
        overrides: [{ targetNodes: '0:', container: { vcpus: 1, instanceType: 'c7i.large' } }],
      },
    }),
  );
  server.closeAllConnections();
  server.close();
  expect(JSON.parse(body)).toEqual({
    jobName: 'a-job',
    jobQueue: 'queue',
    jobDefinition: 'work',
    parameters: { input: 'x' },
    nodeOverrides: {
      numNodes: 4,
      nodePropertyOverrides: [
        {
          targetNodes: '0:',
          containerOverrides: {
            resourceRequirements: [{ type: 'VCPU', value: '1' }],
            instanceType: 'c7i.large',
          },
        },
      ],
    },
  });
});

it('what Batch refuses is told, with exit code 3', async () => {
  await expect(operations().submit(job({ jobQueue: 'nowhere' }))).rejects.toMatchObject({ exitCode: 3 });
});

it('what Batch would refuse, or take and forget, is told before, all at once', () => {
  const wrong = job({
    jobName: 'a b',
    arraySize: 1,
    dependsOn: [{}],
    nodes: { overrides: [{ targetNodes: 'all', container: { memoryMiB: 3.5 } }] },
    container: { instanceType: 'c7i.large', command: [], environment: { AWS_BATCH_X: '' } },
    attempts: 11,
    timeoutSeconds: 59,
  });
  const message = (() => {
    try {
      checkJob(wrong);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  for (const part of [
    'is no name of a job',
    'arraySize 1',
    'needs a jobId',
    'not both',
    'targetNodes "all"',
    'nodes all memoryMiB 3.5',
    'instanceType is for multi-node',
    'command is empty',
    'AWS_BATCH_X',
    'attempts 11',
    'timeoutSeconds 59',
  ])
    expect(message).toContain(part);
  expect(() => checkJob(job({ container: { environment: { A: 'x'.repeat(9000) } } }))).toThrow('8,192 bytes');
  expect(() => checkJob(job({ tags: { A: 'x'.repeat(31_000) } }))).toThrow('30 KiB');
});
