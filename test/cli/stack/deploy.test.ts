import { readFile } from 'node:fs/promises';
import type { StackTools } from '../../../lib/cli/stack/stack-tools.ts';
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
const kept = {
  name: 'arraylab-lab-storageoutput-1',
  role: 'output' as const,
  createdAt: new Date('2026-03-01'),
  objects: 1204,
  bytes: 3.4e12,
  more: false,
};

let account: Account;
let me: Awaited<ReturnType<typeof shell>>;
beforeEach(async () => {
  account = new Account(template);
  me = await shell(account);
});
afterEach(() => me.leave());

const armQueue = (): string => account.queueIds().find(id => id.includes('arm64'))!;
const deploys = (): string[] => account.did.filter(each => each.startsWith('cdk deploy'));

describe('instance types', () => {
  it('that the region lacks are refused before cdk starts, with the line to write', async () => {
    account.lacks = ['m6g.4xlarge', 'r6g.4xlarge'];
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(2);
    expect(err).toContain(
      'us-east-1 has no m6g.4xlarge, r6g.4xlarge, and Batch refuses the whole environment',
    );
    expect(err).toContain("pools: { 'arm64-ondemand': { instanceTypes: ['m7g.4xlarge', 'r7g.2xlarge'");
    expect(deploys()).toEqual([]);
    expect(await me.lab('deploy --anyway')).toMatchObject({ code: 0 });
  });

  it('that may not be asked are told, and the deploy goes on', async () => {
    account.lacks = undefined;
    const { code, err } = await me.lab('deploy');
    expect([code, err]).toEqual([0, expect.stringContaining('was not looked at (UnauthorizedOperation')]);
  });
});

describe('over a stack that is there', () => {
  it('nothing runs: cdk deploy with the person’s own words, and nothing else', async () => {
    account.next = otherScratch;
    const { code } = await me.lab('deploy --require-approval never -- --hotswap');
    expect(code).toBe(0);
    expect(account.did).toEqual(['cdk deploy --require-approval never --hotswap']);
  });

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

  it.each([
    ['UPDATE_ROLLBACK_FAILED', 'npx cdk rollback arraylab-lab'],
    ['DELETE_FAILED', 'npm run destroy'],
    ['UPDATE_IN_PROGRESS', 'aws cloudformation wait stack-update-complete'],
    ['DELETE_IN_PROGRESS', 'aws cloudformation wait stack-delete-complete'],
  ])('%s is refused with what to do and what failed', async (status, fix) => {
    account.stack = { ...account.stack!, status };
    account.failures = [
      { logicalId: 'Env', type: 'AWS::Batch::ComputeEnvironment', status, statusReason: 'no such role' },
    ];
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(2);
    expect(err).toContain(fix);
    expect(err).toContain('no such role');
    expect(account.did).toEqual([]);
  });

  it('a deploy that fails is told with the first thing that failed', async () => {
    const failure = {
      logicalId: 'Role',
      type: 'AWS::IAM::Role',
      status: 'UPDATE_FAILED',
      statusReason: 'User is not authorized to perform iam:PutRolePolicy',
    };
    account.cdkWillFail('UPDATE_ROLLBACK_COMPLETE', failure, 1);
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(3);
    expect(err).toContain('the stack is UPDATE_ROLLBACK_COMPLETE');
    expect(err).toContain('the identity that deploys lacks this right');
  });
});

describe('a new stack', () => {
  beforeEach(() => {
    account.stack = undefined;
    account.buckets = [kept];
  });

  it('is refused with the line to add, where an earlier one kept its bucket and nobody can be asked', async () => {
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(2);
    expect(err).toContain("existingOutputBucket: 'arraylab-lab-storageoutput-1',");
    expect(account.did).toEqual([]);
  });

  it('takes the bucket at a terminal: the line is written, and cdk deploys', async () => {
    const { code, err } = await me.lab('deploy', { typed: '7\n\n' });
    expect(err).toContain('made 2026-03-01 (1,204 objects, 3.4 TB)');
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(me.configFile, 'utf8'))).toMatchObject({
      existingOutputBucket: kept.name,
    });
    expect(deploys()).toHaveLength(1);
  });

  it('makes a new one by n, and by --new-bucket; the configuration stays as it is', async () => {
    const before = await readFile(me.configFile, 'utf8');
    expect(await me.lab('deploy', { typed: 'n\n' })).toMatchObject({ code: 0 });
    expect(await me.lab('deploy --new-bucket')).toMatchObject({ code: 0 });
    expect(await readFile(me.configFile, 'utf8')).toBe(before);
    expect(deploys()).toHaveLength(2);
  });

  it('does not ask of buckets that hold nothing, of logs, or when lab.config.ts names one', async () => {
    account.buckets = [
      { ...kept, objects: 0, bytes: 0 },
      { ...kept, role: 'access-logs' },
    ];
    const { code, err } = await me.lab('deploy');
    expect([code, err]).toEqual([0, expect.stringContaining('aws s3 rb s3://arraylab-lab-storageoutput-1')]);
    account.buckets = [kept];
    const named = await shell(account, { ...rapidtideLab, existingOutputBucket: kept.name });
    expect(await named.lab('deploy')).toMatchObject({ code: 0 });
    await named.leave();
  });

  it('writes nothing into the configuration of another lab than the one that is deployed', async () => {
    const before = await readFile(me.configFile, 'utf8');
    const { code, err } = await me.lab('deploy --lab other', { typed: '1\n' });
    expect([code, err]).toEqual([2, expect.stringContaining('is of another lab by default')]);
    expect(await readFile(me.configFile, 'utf8')).toBe(before);
  });

  it('goes on after a first try that failed, and says what failed', async () => {
    account.stack = { ...new Account(template).stack!, status: 'ROLLBACK_COMPLETE' };
    account.buckets = [];
    account.failures = [
      {
        logicalId: 'Vpc',
        type: 'AWS::EC2::VPC',
        status: 'CREATE_FAILED',
        statusReason: 'The maximum number of VPCs has been reached',
      },
    ];
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(0);
    expect(err).toContain('it was never made whole; cdk deletes it');
    expect(err).toContain('The maximum number of VPCs has been reached');
  });

  it('is refused before it starts where a secret’s name is taken', async () => {
    account.buckets = [];
    account.secrets = [{ name: 'arraylab/lab/hcp', deletedAt: new Date(now) }];
    const { code, err } = await me.lab('deploy');
    expect(code).toBe(2);
    expect(err).toContain('--force-delete-without-recovery --secret-id arraylab/lab/hcp');
  });

  it('whoever may not look for buckets is told so, and deploys', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const lifecycle = account.lifecycle();
    account.lifecycle = () => ({
      ...lifecycle,
      inventory: { ...lifecycle.inventory, buckets: () => Promise.reject(denied) },
    });
    const { code, err } = await me.lab('deploy');
    expect([code, err]).toEqual([0, expect.stringContaining('was not checked (AccessDeniedException')]);
  });
});

it.each<keyof StackTools['stacks']>(['read', 'template'])(
  'whoever may not %s the stack says --anyway',
  async call => {
    const denied = Object.assign(new Error('no right'), { name: 'AccessDenied' });
    const lifecycle = account.lifecycle();
    account.lifecycle = () => ({
      ...lifecycle,
      stacks: { ...lifecycle.stacks, [call]: () => Promise.reject(denied) },
    });
    expect(await me.lab('deploy')).toMatchObject({ code: 3, err: expect.stringContaining('--anyway') });
    expect(await me.lab('deploy --anyway')).toMatchObject({ code: 0 });
    expect(deploys()).toEqual(['cdk deploy']);
  },
);

it('-c lab=NAME of cdk and --lab NAME choose the same lab', async () => {
  await me.lab('deploy --lab lab -c region=eu-west-1');
  expect(account.did).toEqual(['cdk deploy -c region=eu-west-1 -c lab=lab']);
  const { err } = await me.lab('destroy --yes -c lab=other');
  expect(err).toContain('lab other in us-east-1: stack arraylab-other');
});

it('machine images have their pipelines first: the lab’s pools ask for what they write', async () => {
  const baked = await shell(account, {
    ...rapidtideLab,
    bakedImages: { genome: { referenceData: ['s3://bucket/hg38/'] } },
  });
  try {
    expect(await baked.lab('deploy --require-approval never')).toMatchObject({ code: 0 });
    expect(deploys()).toEqual([
      'cdk deploy Images/* --require-approval never',
      'cdk deploy --require-approval never',
    ]);
  } finally {
    await baked.leave();
  }
});
