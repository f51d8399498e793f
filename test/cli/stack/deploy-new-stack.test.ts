import { readFile } from 'node:fs/promises';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';
import { Account, now, shell, synthesize } from './fake-lab.ts';

const template = synthesize(rapidtideLab);
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

const deploys = (): string[] => account.did.filter(each => each.startsWith('cdk deploy'));

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
