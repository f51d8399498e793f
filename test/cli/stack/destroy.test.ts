import type { LiveJob } from '../../../lib/contract/ports/stack.ts';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';
import { Account, ourArray, shell, synthesize } from './fake-lab.ts';

const template = synthesize(rapidtideLab);
const run: LiveJob = { ...ourArray, counts: { RUNNING: 12, RUNNABLE: 40 }, latestStart: 0 };
const own: LiveJob = { jobId: 'job-2', jobName: 'by-hand', status: 'RUNNING', counts: { RUNNING: 1 } };

let account: Account;
let me: Awaited<ReturnType<typeof shell>>;
beforeEach(async () => {
  account = new Account(template);
  me = await shell(account);
});
afterEach(() => me.leave());

const withJobs = (): void => {
  const [first, second] = account.queueIds();
  account.jobs.set(first!, [run]);
  account.jobs.set(second!, [own]);
};

it('shows what goes and what stays, closes the queues, runs cdk destroy for this stack alone, and ends at 0', async () => {
  const { code, out, err } = await me.lab('destroy --yes');
  expect(code).toBe(0);
  expect(err).toMatch(/goes +2 queues, 2 compute environments, 2 job definitions/);
  expect(err).toContain('secret arraylab/lab/hcp with its value, for good');
  expect(err).toMatch(/stays +bucket arraylab-lab-storageoutput\S+ \(1,204 objects, 3\.4 TB\)/);
  expect(err).toMatch(/stays +log group arraylab-lab-JobLogs/);
  expect(account.did).toEqual([
    ...account.queueIds().map(id => `DISABLED ${id}`),
    'cdk destroy arraylab-lab --force',
  ]);
  expect(out).toBe('');
  expect(err.trim().split('\n').at(-1)).toMatch(/^Next: npm run deploy/);
});

it('lets Batch finish with its queues before CloudFormation asks it to delete them', async () => {
  account.changing = 3;
  account.cdk = () => {
    account.did.push(`changing: ${account.changing}`);
    account.isGone = true;
    return 0;
  };
  await me.lab('destroy --yes');
  expect(account.did.at(-1)).toBe('changing: 0');
});

it('a job that was submitted while the question was open is not lost: refused, and its queue opened again', async () => {
  account.changing = 1;
  account.onWait = withJobs;
  expect(await me.lab('destroy --yes')).toMatchObject({ code: 4 });
  expect([...account.closed]).toEqual([]);
  expect(account.did.some(each => each.startsWith('cdk'))).toBe(false);
});

it('asks for the lab’s name at a terminal, and changes nothing for another word', async () => {
  expect(await me.lab('destroy', { typed: 'lba\n' })).toMatchObject({ code: 2 });
  expect(account.did).toEqual([]);
  expect(await me.lab('destroy', { typed: 'lab\n' })).toMatchObject({ code: 0 });
  expect(account.did.at(-1)).toBe('cdk destroy arraylab-lab --force');
});

it('needs --yes where nobody can be asked', async () => {
  const { code, err } = await me.lab('destroy');
  expect(code).toBe(2);
  expect(err).toContain('say so with --yes');
  expect(account.did).toEqual([]);
});

it('refuses while jobs run, names them by run and state, and changes nothing', async () => {
  withJobs();
  const { code, err } = await me.lab('destroy --yes');
  expect(code).toBe(4);
  expect(err).toMatch(/rapidtide 20261121t001500z-3f9a2c +12 running, 40 runnable/);
  expect(err).toMatch(/by-hand +1 running/);
  expect(err).toContain('jobs have not ended: 13 running, 40 runnable; nothing was changed');
  expect(err).toContain('npm run destroy -- --drain');
  const { out } = await me.lab('destroy --yes --json');
  expect(JSON.parse(out).running).toContainEqual({
    queue: `${account.queueIds()[0]}-phys`,
    name: 'rapidtide 20261121t001500z-3f9a2c',
    jobs: { RUNNING: 12, RUNNABLE: 40 },
  });
  expect(account.did).toEqual([]);
});

it('--cancel closes the queues, ends every job and waits until the hosts are gone', async () => {
  withJobs();
  account.vcpus = 16;
  account.onWait = waits => {
    if (waits === 4) account.vcpus = 0;
  };
  const { code, err } = await me.lab('destroy --cancel --yes');
  expect(code).toBe(0);
  expect(account.did).toEqual([
    ...account.queueIds().map(id => `DISABLED ${id}`),
    'terminate job-1,job-2: lab lab is destroyed',
    'cdk destroy arraylab-lab --force',
  ]);
  expect(err).toContain('waiting for hosts with 16 vCPUs to go');
});

it.each(['destroy --yes', 'destroy --drain --yes'])('%s too waits until the hosts are gone', async line => {
  account.vcpus = 16;
  let waited = 0;
  account.onWait = () => {
    if (++waited === 3) account.vcpus = 0;
  };
  account.cdk = () => {
    account.did.push(`vcpus: ${account.vcpus}`);
    account.isGone = true;
    return 0;
  };
  expect(await me.lab(line)).toMatchObject({ code: 0 });
  expect(account.did.at(-1)).toBe('vcpus: 0');
});

it('--cancel goes on after 20 minutes with hosts that stay, and says so', async () => {
  account.vcpus = 16;
  const { code, err } = await me.lab('destroy --cancel --yes');
  expect(code).toBe(0);
  expect(err).toContain('hosts with 16 vCPUs are still there after 20 minutes; going on');
});

it('--drain waits until the jobs have ended, without ending any', async () => {
  withJobs();
  account.onWait = waits => {
    if (waits === 3) account.jobs.clear();
  };
  const { code } = await me.lab('destroy --drain --yes');
  expect(code).toBe(0);
  expect(account.did.some(each => each.startsWith('terminate'))).toBe(false);
  expect(account.did.at(-1)).toBe('cdk destroy arraylab-lab --force');
});

it('Ctrl-C during --drain leaves the stack, and the same command goes on', async () => {
  withJobs();
  const interrupt = new AbortController();
  account.onWait = () => interrupt.abort();
  const first = await me.lab('destroy --drain --yes', { signal: interrupt.signal });
  expect(first.code).toBe(130);
  expect(first.err).toContain('Next: npm run destroy -- --drain --yes\n');
  expect(account.did.some(each => each.startsWith('cdk'))).toBe(false);
  account.onWait = () => account.jobs.clear();
  expect(await me.lab('destroy --drain --yes')).toMatchObject({ code: 0 });
});

it('names what is left behind with the command that ends it, and exits 6', async () => {
  account.found = [
    { kind: 'volume', id: 'vol-1', detail: '200 GiB, attached to nothing' },
    { kind: 'bucket', id: 'arraylab-lab-out', detail: 'output; 1204 objects, 3400.0 GB' },
    { kind: 'log-group', id: 'arraylab-lab-NetworkFlowLogs2BEC3212-x', detail: '9 bytes, kept for ever' },
  ];
  const { code, out, err } = await me.lab('destroy --yes');
  expect(code).toBe(6);
  expect(out).toContain('aws ec2 delete-volume --region us-east-1 --volume-id vol-1');
  // Made anew by the flow log after the stack’s own was deleted.
  expect(out).toMatch(/left behind {2}log group arraylab-lab-NetworkFlowLogs/);
  expect(out).toMatch(/stays +bucket arraylab-lab-out/);
  expect(out).toContain("existingOutputBucket: 'arraylab-lab-out',");
  expect(err).toContain('2 things are left behind');
});

it('a log group that the stack kept stays; what goes by itself in a while is looked at again', async () => {
  const kept = account.resources().find(each => each.logicalId.startsWith('JobLogs'))!.physicalId!;
  account.found = [
    { kind: 'log-group', id: kept, detail: '1 bytes, kept 90 days' },
    { kind: 'instance', id: 'i-1', detail: 'm7g.4xlarge, stopping' },
  ];
  account.onWait = () => {
    account.found = account.found.slice(0, 1);
  };
  const { code, out, err } = await me.lab('destroy --yes');
  expect([code, out.split('\n')[0]]).toEqual([0, expect.stringContaining(`stays        log group ${kept}`)]);
  expect(err).toContain('nothing of it is left behind; 1 thing stays');
});

it('what could not be looked at is never called gone: exit code 3', async () => {
  account.unchecked = [{ what: 'NAT gateways', why: 'needs ec2:DescribeNatGateways' }];
  const { code, out } = await me.lab('destroy --yes');
  expect(code).toBe(3);
  expect(out).toBe('not checked  NAT gateways: needs ec2:DescribeNatGateways\n');
});

it('a stack that could not be deleted is told with the resource, the reason and what to do, whatever cdk says', async () => {
  const failure = {
    logicalId: 'Env',
    physicalId: 'arn:aws:batch:us-east-1:1:compute-environment/Env-1',
    type: 'AWS::Batch::ComputeEnvironment',
    status: 'DELETE_FAILED',
    statusReason: 'Cannot delete, found existing JobQueue relationship',
  };
  account.cdkWillFail('DELETE_FAILED', failure, 0);
  const { code, err } = await me.lab('destroy --yes');
  expect(code).toBe(6);
  expect(err).toMatch(
    /Env \(AWS::Batch::ComputeEnvironment, Env-1\): Cannot delete, found existing JobQueue/,
  );
  expect(err).toContain('run it again in a minute');
});

it('without a stack it only looks for what one left', async () => {
  account.stack = undefined;
  account.found = [{ kind: 'nat-gateway', id: 'nat-1', detail: 'available in vpc-1' }];
  const { code, out } = await me.lab('destroy');
  expect(code).toBe(6);
  expect(out).toContain('aws ec2 delete-nat-gateway --region us-east-1 --nat-gateway-id nat-1');
  expect(account.did).toEqual([]);
});

it('a protected stack is refused with the command that lifts it', async () => {
  account.stack = { ...account.stack!, terminationProtection: true };
  const { code, err } = await me.lab('destroy --yes');
  expect(code).toBe(2);
  expect(err).toContain('--no-enable-termination-protection --stack-name arraylab-lab');
});

it('--json puts one object on stdout, and everything else on stderr', async () => {
  account.found = [{ kind: 'volume', id: 'vol-1', detail: '200 GiB, attached to nothing' }];
  const { out } = await me.lab('destroy --yes --json');
  expect(JSON.parse(out)).toMatchObject({ lab: 'lab', status: 'gone', stays: [], left: [{ id: 'vol-1' }] });
});

it.each([
  ['destroy --drain --cancel', 'say different things'],
  ['destroy --local', 'the twin has no stack'],
  ['destroy --cancle', 'did you mean --cancel?'],
])('lab %s is refused', async (line, words) => {
  const { code, err } = await me.lab(line);
  expect(code).toBe(2);
  expect(err).toContain(words);
  expect(account.did).toEqual([]);
});

it.each(['deploy', 'destroy --yes'])('%s is refused in a shell that talks to the twin', async line => {
  const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ACCESS_KEY_ID: 'AKIATWIN0B0E' };
  const { code, err } = await me.lab(line, { environment });
  expect([code, err]).toEqual([2, expect.stringContaining('this shell talks to the twin')]);
  expect(account.did).toEqual([]);
});
