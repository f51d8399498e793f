import type { LabConfigInput } from '../../../lib/config/define-lab.ts';
import type { LiveJob } from '../../../lib/contract/ports/stack.ts';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';
import { Account, now, ourArray, shell, synthesize } from './fake-lab.ts';

/** A lab whose updates wait for six hours, as Batch's in China do: then a job of ten is at risk. */
function patient(input: LabConfigInput) {
  const found = synthesize(input);
  for (const { Type, Properties } of Object.values(found.Resources))
    if (Type === 'AWS::Batch::ComputeEnvironment')
      Properties.UpdatePolicy = { TerminateJobsOnUpdate: false, JobExecutionTimeoutMinutes: 360 };
  return found;
}
const template = patient(rapidtideLab);
const otherScratch = patient({
  ...rapidtideLab,
  pools: { 'arm64-ondemand': { scratch: { sizeGiB: 500 } } },
});
const otherLogs = patient({ ...rapidtideLab, logRetentionDays: 365 });
const long: LiveJob = { ...ourArray, counts: { RUNNING: 2 }, latestStart: now - 3600_000 };

let account: Account;
let me: Awaited<ReturnType<typeof shell>>;
beforeEach(async () => {
  account = new Account(template);
  me = await shell(account);
});
afterEach(() => me.leave());

const armQueue = (): string => account.queueIds().find(id => id.includes('arm64'))!;
const deploys = (): string[] => account.did.filter(each => each.startsWith('cdk deploy'));

describe('over a stack that is there', () => {
  it('refuses to replace hosts under a job that may run longer than Batch lets it, and names it', async () => {
    account.next = otherScratch;
    account.jobs.set(armQueue(), [long]);
    const { code, err } = await me.lab('deploy --require-approval never');
    expect(code).toBe(4);
    expect(err).toContain('LaunchTemplate BlockDeviceMappings');
    expect(err).toContain('after 360 minutes');
    expect(err).toContain('rapidtide 20261121t001500z-3f9a2c: may run for another 9h00m');
    expect(err).toContain('npm run deploy -- --drain --require-approval never waits for them');
    expect(deploys()).toEqual([]);
  });

  it.each([
    ['its timeout ends it in time', otherScratch, { ...long, timeoutSeconds: 3600 + 360 * 60 }],
    ['it only waits: it runs on the new hosts', otherScratch, { ...long, latestStart: undefined }],
    ['no host is replaced', otherLogs, { ...long, timeoutSeconds: undefined }],
  ])('deploys over a job where %s', async (_why, next, job) => {
    account.next = next;
    account.jobs.set(armQueue(), [job as LiveJob]);
    expect(await me.lab('deploy')).toMatchObject({ code: 0 });
    expect(deploys()).toEqual(['cdk deploy']);
  });

  it('deploys over a job of another pool than the one whose hosts are replaced', async () => {
    account.next = otherScratch;
    account.jobs.set(account.queueIds().find(id => id.includes('x86'))!, [long]);
    expect(await me.lab('deploy')).toMatchObject({ code: 0 });
  });

  it('refuses for one second more than Batch’s limit, and for a job without a timeout', async () => {
    account.next = otherScratch;
    account.jobs.set(armQueue(), [{ ...long, timeoutSeconds: 3601 + 360 * 60 }]);
    expect(await me.lab('deploy')).toMatchObject({ code: 4 });
    account.jobs.set(armQueue(), [{ ...long, timeoutSeconds: undefined }]);
    const { code, err } = await me.lab('deploy');
    expect([code, err]).toEqual([4, expect.stringContaining('has no timeout')]);
  });

  it('refuses to take a pool away under jobs, those too that only wait', async () => {
    account.next = synthesize({
      ...rapidtideLab,
      workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['x86-ondemand'] } },
    });
    account.jobs.set(armQueue(), [{ ...long, latestStart: undefined, counts: { RUNNABLE: 3 } }]);
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(4);
    expect(err).toContain('is taken away');
  });

  it('--anyway does not look', async () => {
    account.next = otherScratch;
    account.jobs.set(armQueue(), [long]);
    expect(await me.lab('deploy --anyway')).toMatchObject({ code: 0 });
    expect(account.did).toEqual(['cdk deploy']);
  });

  it('--drain closes the queue of the hosts, waits, deploys, and opens it again', async () => {
    account.next = otherScratch;
    account.jobs.set(armQueue(), [long]);
    account.onWait = waits => {
      if (waits === 2) account.jobs.clear();
    };
    expect(await me.lab('deploy --drain')).toMatchObject({ code: 0 });
    expect(account.did.slice(1)).toEqual([`DISABLED ${armQueue()}`, 'cdk deploy', `ENABLED ${armQueue()}`]);
  });

  it('--drain opens the queue again after Ctrl-C and after a deploy that failed', async () => {
    account.next = otherScratch;
    account.jobs.set(armQueue(), [long]);
    const interrupt = new AbortController();
    account.onWait = () => interrupt.abort();
    const stopped = await me.lab('deploy --drain', { signal: interrupt.signal });
    expect(stopped).toMatchObject({
      code: 130,
      err: expect.stringContaining('Next: npm run deploy -- --drain\n'),
    });
    expect([...account.closed]).toEqual([]);
    account.jobs.clear();
    account.cdk = () => 1;
    expect(await me.lab('deploy --drain')).toMatchObject({ code: 3 });
    expect([...account.closed]).toEqual([]);
  });

  it('tells of a queue that an interrupted call left closed, and --drain opens it', async () => {
    account.closed.add(armQueue());
    expect((await me.lab('deploy')).err).toContain(`--state ENABLED --job-queue ${armQueue()}-phys`);
    await me.lab('deploy --drain');
    expect([...account.closed]).toEqual([]);
  });
});
