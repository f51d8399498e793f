import fc from 'fast-check';
import type { EnvironmentState, QueueState } from '../../lib/contract/ports/account.ts';
import { explainWaiting, type WaitingFacts } from '../../lib/doctor/waiting-reason.ts';
import { environment, instance, job, joinedHost, minutesAgo, now } from './fake-account.ts';

const queue: QueueState = {
  name: 'queue-1',
  arn: 'arn:queue-1',
  state: 'ENABLED',
  status: 'VALID',
  environments: [environment.arn],
};
const facts = (more: Partial<EnvironmentState> = {}, hosts: WaitingFacts['hosts'] = []): WaitingFacts => ({
  pool: { pool: 'arm64-ondemand', queueName: 'queue-1', queue, environments: [{ ...environment, ...more }] },
  hosts,
});
const reasonOf = (statusReason: string) => explainWaiting({ ...job, statusReason }, facts(), now);

it.each([
  [
    'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [m7g.4xlarge]',
    'EC2 has no m7g.4xlarge to give at this time',
  ],
  [
    'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.',
    'it asks for 8 vCPUs and 62,000 MiB, and arm64-ondemand may have 64 vCPUs in all',
  ],
  [
    'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.',
    'it asks for 8 vCPUs and 62,000 MiB, and the largest host of arm64-ondemand gives a job 16 vCPUs and 124,518 MiB',
  ],
  [
    'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.',
    'Batch’s service role may not do what it needs',
  ],
  [
    'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with this job queue has an unsupported instance type configuration.',
    'm7g.4xlarge, r7g.4xlarge are not to be had in the pool’s zones with its launch template',
  ],
  [
    'ACTION_REQUIRED - CE(s) associated with the job queue are invalid.',
    'every environment of arm64-ondemand is INVALID',
  ],
  [
    'UNDETERMINED - Batch job is blocked, root cause is undetermined.',
    'Batch says that it is blocked, and not by what',
  ],
])('%s', (statusReason, text) => {
  expect(reasonOf(statusReason)).toEqual({ outcome: 'fail', text, fix: expect.stringMatching(/\S/) });
});

it('a job behind one that fits no host is told which, and how that one goes', () => {
  const head = { ...job, jobId: 'j-0', jobName: 'too-large', memoryMiB: 999_999 };
  expect(explainWaiting(job, facts(), now, [head])).toEqual({
    outcome: 'warn',
    text: 'it waits behind too-large, which fits no host of arm64-ondemand',
    fix: expect.stringContaining('aws batch terminate-job --job-id j-0'),
  });
  expect(explainWaiting(job, facts(), now, [{ ...job, jobId: 'j-0' }]).text).not.toContain('behind');
  // What holds back others is told of itself, not of who waits before it.
  expect(explainWaiting(head, facts(), now, [head]).outcome).toBe('fail');
});

it('an environment that is INVALID or DISABLED is the reason, whatever Batch says of the job', () => {
  const invalid = facts({
    status: 'INVALID',
    statusReason: 'CLIENT_ERROR - Invalid IamInstanceProfile: instanceRole',
  });
  expect(explainWaiting({ ...job, statusReason: 'ACTION_REQUIRED - CE(s) …' }, invalid, now)).toEqual({
    outcome: 'fail',
    text: 'its compute environment arm64-ondemand is INVALID: CLIENT_ERROR - Invalid IamInstanceProfile: instanceRole',
    fix: expect.stringContaining('instance profile'),
  });
  expect(explainWaiting(job, facts({ state: 'DISABLED' }), now).fix).toContain('--state ENABLED');
});

it('one good environment of two is enough', () => {
  const two = facts();
  const environments = [{ ...environment, status: 'INVALID' }, environment];
  expect(explainWaiting(job, { ...two, pool: { ...two.pool, environments } }, now).outcome).not.toBe('fail');
});

it('a job that no host or not the whole pool can hold is told so before Batch has noticed', () => {
  expect(explainWaiting({ ...job, memoryMiB: 200_000 }, facts(), now).text).toContain(
    'the largest host of arm64-ondemand gives',
  );
  expect(explainWaiting({ ...job, vcpus: 16 }, facts({ maxvCpus: 8 }), now).fix).toContain('maxvCpus');
});

it('hosts that never joined are the reason after ten minutes, not before', () => {
  const hosts = [{ environment, joined: [], instances: [instance], console: { instance, text: '' } }];
  const asked = { desiredvCpus: 16 };
  expect(explainWaiting(job, facts(asked, hosts), now).text).toContain('never joined');
  expect(explainWaiting({ ...job, createdAt: minutesAgo(3).getTime() }, facts(asked, hosts), now)).toEqual({
    outcome: 'ok',
    text: '3 min: hosts take some minutes to start',
  });
});

it('a full pool and hosts at work are no fault: it waits for its turn', () => {
  const hosts = [{ environment, joined: [joinedHost], instances: [instance] }];
  expect(explainWaiting(job, facts({ desiredvCpus: 64 }, hosts), now).text).toContain('waits for its turn');
  expect(explainWaiting(job, facts({ desiredvCpus: 16 }, hosts), now)).toEqual({
    outcome: 'ok',
    text: 'hosts are at work: it waits for its turn',
  });
});

it('what is not as it should be always has one sentence and one fix', () => {
  fc.assert(
    fc.property(
      fc.record({
        statusReason: fc.oneof(
          fc.constant(undefined),
          fc.string(),
          fc.constantFrom('MISCONFIGURATION:', 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'),
        ),
        minutes: fc.integer({ min: -5, max: 100_000 }),
        vcpus: fc.option(fc.integer({ min: 1, max: 512 }), { nil: undefined }),
        status: fc.constantFrom('VALID', 'INVALID', 'UPDATING'),
        state: fc.constantFrom('ENABLED', 'DISABLED'),
        desiredvCpus: fc.integer({ min: 0, max: 100 }),
        types: fc.subarray(['m7g.4xlarge', 'unknown.large', 'c7g.large']),
        joined: fc.boolean(),
      }),
      each => {
        const at = { ...environment, ...each, instanceTypes: each.types };
        const hosts = [{ environment: at, joined: each.joined ? [joinedHost] : [], instances: [] }];
        const { statusReason, vcpus } = each;
        const told = explainWaiting(
          {
            jobId: 'j',
            jobName: 'n',
            createdAt: minutesAgo(each.minutes).getTime(),
            ...(vcpus === undefined ? {} : { vcpus, memoryMiB: 1024 }),
            ...(statusReason === undefined ? {} : { statusReason }),
          },
          { ...facts(), pool: { ...facts().pool, environments: [at] }, hosts },
          now,
        );
        expect(told.text).toMatch(/\S/);
        if (told.outcome !== 'ok') expect(told.fix).toMatch(/\S/);
      },
    ),
  );
});
