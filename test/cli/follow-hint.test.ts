import type { Context } from '../../lib/cli/context.ts';
import type { ConnectedRun } from '../../lib/cli/open.ts';
import { followRun } from '../../lib/cli/watch/follow.ts';
import { type Answer, type Asked, fakeAws } from '../aws/account/fake-aws.ts';
import { now } from '../doctor/fake-account.ts';
import { ledgerOf } from '../helpers/ledger-of.ts';

const ec2 = (action: string, body: string): Answer => ({
  body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${action}Response>`,
});
const consoleText = Buffer.from('[ 9.0] cloud-init[7]: mkfs.xfs: cannot open /dev/xvdb').toString('base64');

/** AWS with an array whose children are RUNNABLE, and a host that started, never joined and stopped. */
function answer({ action, body }: Asked): Answer {
  if (action.endsWith('describejobqueues'))
    return {
      body: {
        jobQueues: [
          {
            jobQueueName: 'queue-1',
            state: 'ENABLED',
            status: 'VALID',
            computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'env-1' }],
          },
        ],
      },
    };
  if (action.endsWith('describecomputeenvironments')) {
    const computeResources = { type: 'EC2', maxvCpus: 64, desiredvCpus: 16, instanceTypes: ['m7g.4xlarge'] };
    return {
      body: {
        computeEnvironments: [
          {
            computeEnvironmentName: 'env-1',
            computeEnvironmentArn: 'a',
            status: 'VALID',
            ecsClusterArn: 'c',
            computeResources,
          },
        ],
      },
    };
  }
  if (action.endsWith('listjobs')) {
    const list = body.includes('"PENDING"')
      ? [{ jobId: 'j', jobName: 'run-0-run-0', arrayProperties: { size: 6 } }]
      : [];
    return { body: { jobSummaryList: list } };
  }
  if (action.endsWith('describejobs'))
    return {
      body: {
        jobs: [
          {
            jobId: 'j',
            jobName: 'run-0-run-0',
            status: 'PENDING',
            createdAt: now.getTime() - 900_000,
            arrayProperties: { size: 6, statusSummary: { RUNNABLE: 6 } },
          },
        ],
      },
    };
  if (action === 'ListContainerInstances') return { body: { containerInstanceArns: [] } };
  if (action === 'DescribeInstances')
    return ec2(
      action,
      '<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>m7g.4xlarge</instanceType><instanceState><name>terminated</name></instanceState><stateReason><message>Client.InstanceInitiatedShutdown: Instance initiated shutdown</message></stateReason></item></instancesSet></item></reservationSet>',
    );
  if (action === 'GetConsoleOutput') return ec2(action, `<output>${consoleText}</output>`);
  return undefined;
}

it('lab watch says what a host’s console says, once jobs have waited for ten minutes and no host has joined', async () => {
  const aws = await fakeAws(answer);
  const stopping = new AbortController();
  let said = '';
  const context = {
    environment: {},
    local: false,
    json: false,
    suffix: '',
    signal: stopping.signal,
    now: () => now,
    io: { out: { write: () => true }, err: { write: (text: string) => (said += text) } },
    say: (text: string) => {
      said += `${text}\n`;
      if (text.includes('ten minutes')) stopping.abort();
    },
    print: () => {},
  } as unknown as Context;
  const createdAt = new Date(now.getTime() - 900_000).toISOString();
  const steps = [{ lanes: [{ jobQueue: 'queue-1' }], arrays: [{ jobName: 'run-0-run-0' }] }];
  const open = {
    run: { runId: 'r-1', request: { lab: 'lab' }, rounds: [{ createdAt, steps }] },
    spec: { item: { one: 'participant', many: 'participants' } },
    connection: {
      endpoint: aws.endpoint,
      deployment: { map: { queues: { 'arm64-ondemand': 'queue-1' } } },
      runJobs: () => {},
    },
    ledger: async () => ({
      rows: ledgerOf([], { rounds: [], items: [], steps: [] }).rows,
      ended: false,
      unsent: { jobs: 0, isAll: false, rounds: [] },
      steps: [],
      counts: { done: 0, partial: 0, failed: 0, blocked: 0, running: 0, waiting: 6, cancelled: 0 },
    }),
  } as unknown as ConnectedRun;
  expect(await followRun(context, open)).toBe(130);
  expect(said).toContain(
    'nothing has started for ten minutes: 1 host of env-1 started, never joined and stopped; i-1 says: mkfs.xfs: cannot open /dev/xvdb\n  pools.arm64-ondemand.scratch in lab.config.ts',
  );
  await aws.stop();
});

it.each([
  [true, 'stopped, with the twin of this command; the run goes on with the next'],
  [false, 'stopped watching; the run goes on'],
])('Ctrl-C says what becomes of the run, where the twin is this command’s own: %s', async (ownTwin, text) => {
  let said = '';
  const context = {
    local: true,
    json: false,
    suffix: ' --local',
    signal: AbortSignal.abort(),
    now: () => now,
    io: { err: { write: (each: string) => (said += each) } },
    say: (each: string) => (said += `${each}\n`),
  } as unknown as Context;
  const counts = { done: 0, partial: 0, failed: 0, blocked: 0, running: 1, waiting: 0, cancelled: 0 };
  const open = {
    run: { runId: 'r-1', rounds: [] },
    spec: { item: { one: 'participant', many: 'participants' } },
    connection: { ownTwin, runJobs: () => {} },
    ledger: async () => ({
      rows: ledgerOf([], { rounds: [], items: [], steps: [] }).rows,
      ended: false,
      unsent: { jobs: 0, isAll: false, rounds: [] },
      steps: [],
      counts,
      atWork: counts.running,
    }),
  } as unknown as ConnectedRun;
  expect(await followRun(context, open)).toBe(130);
  expect(said).toContain(`${text}\nNext: npx lab watch r-1 --local\n`);
});
