import type { StackTools } from '../../../lib/cli/stack/stack-tools.ts';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';
import { Account, shell, synthesize } from './fake-lab.ts';

const template = synthesize(rapidtideLab);

let account: Account;
let me: Awaited<ReturnType<typeof shell>>;
beforeEach(async () => {
  account = new Account(template);
  me = await shell(account);
});
afterEach(() => me.leave());

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
    account.next = synthesize({
      ...rapidtideLab,
      pools: { 'arm64-ondemand': { scratch: { sizeGiB: 500 } } },
    });
    const { code } = await me.lab('deploy --require-approval never -- --hotswap');
    expect(code).toBe(0);
    expect(account.did).toEqual(['cdk deploy --require-approval never --hotswap']);
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
