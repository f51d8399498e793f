import type { Account } from '../../../lib/contract/ports/account.ts';
import { environments } from '../../../lib/doctor/checks/environments.ts';
import { images } from '../../../lib/doctor/checks/images.ts';
import { poolSize } from '../../../lib/doctor/checks/pool-size.ts';
import { queues } from '../../../lib/doctor/checks/queues.ts';
import { scratch } from '../../../lib/doctor/checks/scratch.ts';
import { environment, findings } from '../fake-account.ts';

describe('images', () => {
  it('that are not there, or for another architecture, fail', async () => {
    const missing: Account['image'] = async () => ({ state: 'missing', message: 'ImageNotFound' });
    expect((await findings(images, { image: missing }))[0]!.outcome).toBe('fail');
    const other: Account['image'] = async () => ({ state: 'found', architectures: ['amd64'] });
    expect((await findings(images, { image: other }))[0]).toMatchObject({
      outcome: 'fail',
      text: expect.stringContaining('exec format error'),
    });
    expect((await findings(images, { images: async () => ({}) }))[0]!.text).toContain(
      'no active job definition',
    );
  });

  it('of a registry that wants a login are not checked', async () => {
    const image: Account['image'] = async () => ({ state: 'unknown', why: 'ghcr.io wants a login' });
    expect((await findings(images, { image }))[0]!.outcome).toBe('unchecked');
  });
});

describe('pool size', () => {
  const of = async (more: Partial<typeof environment>) =>
    (await findings(poolSize, { environments: async () => [{ ...environment, ...more }] }))[0]!;

  it('with hosts that hold the job says how many run at once', async () => {
    expect(await of({})).toEqual({
      outcome: 'ok',
      text: 'rapidtide in arm64-ondemand: 8 vCPUs and 62,000 MiB; 8 at once',
    });
  });

  it('fails where no host, or not one host within its vCPUs, holds the job', async () => {
    expect((await of({ instanceTypes: ['m7g.2xlarge'] })).text).toContain(
      'largest gives a job 8 vCPUs and 31,129 MiB',
    );
    expect((await of({ instanceTypes: ['m7g.4xlarge'], maxvCpus: 8 })).text).toContain(
      'has 16 vCPUs, and the pool may have 8',
    );
  });

  it('warns where what is deployed is not what the configuration says', async () => {
    expect((await of({ maxvCpus: 128 })).outcome).toBe('warn');
  });
});

describe('scratch', () => {
  it('smaller than what all jobs of a host need fails', async () => {
    expect((await findings(scratch))[0]!.text).toBe(
      'rapidtide in arm64-ondemand: 200 GiB on r7g.4xlarge, and 2 items at once need 40',
    );
    expect((await findings(scratch, { volume: async () => 30 }))[0]).toMatchObject({
      outcome: 'fail',
      text: 'rapidtide in arm64-ondemand: 30 GiB on r7g.4xlarge, and 2 items at once need 40',
      fix: expect.stringContaining('pools.arm64-ondemand.scratch'),
    });
  });

  it('of the hosts’ own disks is counted by type; hosts without either are not checked', async () => {
    const none = { volume: async () => undefined };
    const own = { ...environment, instanceTypes: ['m6gd.4xlarge'] };
    expect((await findings(scratch, { ...none, environments: async () => [own] }))[0]!.outcome).toBe('ok');
    expect((await findings(scratch, none))[0]!.outcome).toBe('unchecked');
  });
});

describe('environments and queues', () => {
  const withEnvironment = async (more: Partial<typeof environment>) =>
    (await findings(environments, { environments: async () => [{ ...environment, ...more }] }))[0]!;

  it('that are INVALID are told with Batch’s reason and what mends that', async () => {
    const statusReason = 'CLIENT_ERROR - Launch Template UserData is not MIME multipart format';
    expect(await withEnvironment({ status: 'INVALID', statusReason })).toEqual({
      outcome: 'fail',
      text: `arm64-ondemand is INVALID: ${statusReason}`,
      fix: expect.stringContaining('MIME'),
    });
    expect((await withEnvironment({ status: 'INVALID', statusReason: 'Something new' })).fix).toBeTruthy();
  });

  it('that are DISABLED fail with the command that turns them on; those at work are a warning', async () => {
    expect((await withEnvironment({ state: 'DISABLED' })).fix).toContain(
      '--compute-environment env-1 --state ENABLED',
    );
    expect((await withEnvironment({ status: 'UPDATING' })).outcome).toBe('warn');
    const disabled: Account['queues'] = async names =>
      names.map(name => ({
        name,
        arn: `arn:${name}`,
        state: 'DISABLED',
        status: 'VALID',
        environments: [environment.arn],
      }));
    expect((await findings(queues, { queues: disabled }))[0]!.fix).toContain('update-job-queue');
    expect((await findings(queues, { queues: async () => [] }))[0]!.text).toContain('is not there');
  });
});
