import type { Account } from '../../../lib/contract/ports/account.ts';
import { job as jobCheck } from '../../../lib/doctor/checks/job.ts';
import { waiting } from '../../../lib/doctor/checks/waiting.ts';
import { jobChecks } from '../../../lib/doctor/checks.ts';
import { configInput, denied, findings, job, minutesAgo, scopeOf } from '../fake-account.ts';

describe('waiting jobs', () => {
  it('that wait for one reason are one line', async () => {
    const reason = 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is higher';
    const many = [1, 2, 3].map(i => ({ ...job, jobId: `j-${i}`, jobName: `job-${i}`, statusReason: reason }));
    const found = await findings(waiting, { waiting: async () => many });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      outcome: 'fail',
      text: expect.stringMatching(/^job-1 and 2 more: it asks for/),
    });
  });

  it('are told with what Batch shows, where the hosts may not be looked at', async () => {
    const found = await findings(waiting, {
      waiting: async () => [{ ...job, children: 1200 }],
      instances: denied,
    });
    expect(found).toEqual([
      {
        outcome: 'warn',
        text: 'rapidtide-run (1,200 of its children wait): 30 min, and Batch gives no reason; its hosts: needs ecs:ListContainerInstances, ecs:DescribeContainerInstances, ec2:DescribeInstances, ec2:GetConsoleOutput',
        fix: 'npx lab doctor, again in some minutes',
      },
    ]);
  });
});

describe('one job', () => {
  const id = '3c0a1c52-5c7a-4f0e-9d3e-6f3f0e1d2c3b';
  const scope = scopeOf(configInput, { jobId: id });
  const of = async (more: object, account: Partial<Account> = {}) =>
    (
      await findings(
        jobCheck,
        {
          job: async () => ({
            ...job,
            queue: 'arn:aws:batch:r:1:job-queue/queue-1',
            status: 'RUNNABLE',
            ...more,
          }),
          ...account,
        },
        scope,
      )
    )[0]!;

  it('that is RUNNABLE has its reason, any other its state', async () => {
    expect(await of({ createdAt: minutesAgo(2).getTime() })).toEqual({
      outcome: 'ok',
      text: 'rapidtide-run is RUNNABLE: 2 min: hosts take some minutes to start',
    });
    expect((await of({ status: 'RUNNING' })).text).toBe('rapidtide-run is RUNNING');
    expect(
      (await of({ status: 'FAILED', statusReason: 'Host EC2 (instance i-1) terminated.' })).outcome,
    ).toBe('fail');
    expect((await of({ status: 'PENDING' })).outcome).toBe('warn');
    expect((await of({ status: 'PENDING', children: 3 })).text).toContain(
      'Batch has not asked EC2 for a host',
    );
  });

  it('is explained with the name of its pool', async () => {
    const statusReason = 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) …';
    expect((await of({ statusReason })).fix).toContain('pools.arm64-ondemand.maxvCpus');
  });

  it('that Batch forgot is a failure that says so', async () => {
    expect((await of({}, { job: async () => undefined })).text).toContain('Batch knows no job');
    expect(jobChecks).toEqual([jobCheck]);
  });
});
