import fc from 'fast-check';
import { rapidtide } from '../../jobs/rapidtide.ts';
import { batchCounts } from '../../lib/doctor/checks/batch-counts.ts';
import { bootstrap } from '../../lib/doctor/checks/bootstrap.ts';
import { credentials } from '../../lib/doctor/checks/credentials.ts';
import { datasets } from '../../lib/doctor/checks/datasets.ts';
import { environments } from '../../lib/doctor/checks/environments.ts';
import { images } from '../../lib/doctor/checks/images.ts';
import { instanceTypes } from '../../lib/doctor/checks/instance-types.ts';
import { job as jobCheck } from '../../lib/doctor/checks/job.ts';
import { logPolicies } from '../../lib/doctor/checks/log-policies.ts';
import { outputBucket } from '../../lib/doctor/checks/output-bucket.ts';
import { poolSize } from '../../lib/doctor/checks/pool-size.ts';
import { queues } from '../../lib/doctor/checks/queues.ts';
import { quotas } from '../../lib/doctor/checks/quotas.ts';
import { region } from '../../lib/doctor/checks/region.ts';
import { scratch } from '../../lib/doctor/checks/scratch.ts';
import { secrets } from '../../lib/doctor/checks/secrets.ts';
import { serviceRoles } from '../../lib/doctor/checks/service-roles.ts';
import { stack } from '../../lib/doctor/checks/stack.ts';
import { waiting } from '../../lib/doctor/checks/waiting.ts';
import { checks, firstCheck, jobChecks } from '../../lib/doctor/checks.ts';
import { runChecks } from '../../lib/doctor/run-checks.ts';
import type { Account } from '../../lib/spec/account.ts';
import { secretPlaceholder } from '../../lib/spec/mount.ts';
import {
  awsError,
  configInput,
  denied,
  environment,
  fakeAccount,
  findings,
  job,
  keysText,
  minutesAgo,
  now,
  scopeOf,
} from './fake-account.ts';

const all = [firstCheck, ...checks];
const broken = (error: () => Promise<never>): Account =>
  new Proxy(fakeAccount(), { get: () => error }) as Account;
const spot = scopeOf({
  ...configInput,
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-spot'] } },
});

describe('an account in which all is well', () => {
  it('has nothing but ok, and at least one line a check', async () => {
    const rows = await runChecks(firstCheck, checks, fakeAccount(), scopeOf());
    expect(rows.filter(row => row.outcome !== 'ok')).toEqual([]);
    expect([...new Set(rows.map(row => row.check))]).toEqual(all.map(check => check.name));
  });

  it('is asked each question once, however many checks share its answer', async () => {
    const asked: string[] = [];
    const account = new Proxy(fakeAccount(), {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          asked.push(`${String(name)} ${JSON.stringify(args)}`);
          return method(...args);
        };
      },
    });
    await runChecks(firstCheck, checks, account, scopeOf());
    expect(asked).toEqual([...new Set(asked)]);
  });
});

it('a lab without a workload has nothing to look at in its pools, and says so', async () => {
  const empty = scopeOf({ name: 'lab' }, { specs: [], pools: [] });
  const rows = await runChecks(firstCheck, checks, fakeAccount(), empty);
  expect(new Set(rows.map(row => row.check)).size).toBe(all.length);
  expect(rows.find(row => row.check === 'queues')!.text).toBe('there is nothing to look at');
});

it('what is in the configuration and not deployed yet fails once, and is no reason to fail elsewhere', async () => {
  const scope = scopeOf(configInput, {
    pools: ['arm64-ondemand', 'x86-ondemand'],
    specs: [rapidtide, { ...rapidtide, name: 'new' }],
  });
  const config = {
    ...scope.config,
    workloads: { ...scope.config.workloads, new: scope.config.workloads.rapidtide! },
  };
  const rows = await runChecks(firstCheck, checks, fakeAccount(), { ...scope, config });
  expect(rows.filter(row => row.outcome === 'fail').map(({ check, text }) => [check, text])).toEqual([
    ['images', 'new is in lab.config.ts, and not deployed'],
    ['queues', 'pool x86-ondemand is in lab.config.ts, and not deployed'],
  ]);
});

describe('what may not be asked', () => {
  it.each(checks.map(check => [check.name, check] as const))(
    '%s is not checked, and names the permission that it needs',
    async (_, check) => {
      const result = await findings(check, broken(denied));
      expect(result.map(each => each.outcome)).toEqual(['unchecked']);
      expect(result[0]!.text).toContain(check.needs[0]);
    },
  );

  it('names the very action where AWS does', async () => {
    const message =
      'User: arn:aws:iam::1:user/x is not authorized to perform: servicequotas:GetServiceQuota because no policy allows it';
    const quota = () => Promise.reject(awsError('AccessDeniedException', message, 400));
    expect(await findings(quotas, { quota })).toEqual([
      { outcome: 'unchecked', text: 'needs servicequotas:GetServiceQuota' },
    ]);
  });

  it('never crashes and leaves no failure without a fix, whatever calls fail and however', async () => {
    const names = Object.keys(fakeAccount()) as (keyof Account)[];
    const errors = fc.constantFrom(
      awsError('AccessDenied', 'Access Denied', 403),
      awsError('ThrottlingException', 'Rate exceeded', 429),
      awsError('InternalError', '', 500),
      new TypeError('x is undefined'),
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.subarray(names), errors, async (failing, error) => {
        const account = fakeAccount(
          Object.fromEntries(failing.map(name => [name, () => Promise.reject(error)])) as Partial<Account>,
        );
        const rows = await runChecks(firstCheck, checks, account, scopeOf());
        expect(new Set(rows.map(row => row.check)).size).toBe(all.length);
        for (const row of rows) if (row.outcome === 'fail') expect(row.fix).toBeTruthy();
        if (failing.includes('quota'))
          expect(rows.find(row => row.check === 'quotas')!.outcome).toBe('unchecked');
      }),
      { numRuns: 60 },
    );
  });

  it('is everything while the credentials are no good: nothing else is asked', async () => {
    const identity = () => Promise.reject(awsError('ExpiredToken', 'The security token has expired', 403));
    const rows = await runChecks(firstCheck, checks, fakeAccount({ identity, region: denied }), scopeOf());
    expect(rows[0]).toMatchObject({ check: 'credentials', outcome: 'fail' });
    expect(new Set(rows.slice(1).map(row => row.outcome))).toEqual(new Set(['unchecked']));
  });

  it('stays unchecked while there is no stack, and the stack’s own line says what to do', async () => {
    const rows = await runChecks(
      firstCheck,
      checks,
      fakeAccount({ stack: async () => undefined }),
      scopeOf(),
    );
    const outcome = (name: string) => rows.find(row => row.check === name);
    expect(outcome('stack')).toMatchObject({ outcome: 'fail', fix: 'npm run deploy' });
    expect(outcome('queues')).toMatchObject({ outcome: 'unchecked', text: 'the stack is not deployed' });
    expect(outcome('quotas')).toMatchObject({ outcome: 'ok' });
  });
});

describe('credentials', () => {
  const of = (name: string, message = '') =>
    findings(credentials, { identity: () => Promise.reject(awsError(name, message, 403)) });

  it('that are not there, not valid or at their end are a failure with a fix of its own', async () => {
    expect(
      (await of('CredentialsProviderError', 'Could not load credentials from any providers'))[0],
    ).toMatchObject({
      outcome: 'fail',
      fix: expect.stringContaining('aws configure sso'),
    });
    expect((await of('InvalidClientTokenId'))[0]!.fix).toContain('aws configure');
    expect((await of('ExpiredToken'))[0]!.fix).toContain('sign in again');
    expect((await of('SignatureDoesNotMatch'))[0]!.fix).toContain('secret');
    expect((await of('Error', 'getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com'))[0]!.fix).toContain(
      'network',
    );
  });

  it('of an SSO session that ends within the hour are a warning, those of one that has ended a failure', async () => {
    const session = { name: 'lab', renewable: false };
    const soon = { ...session, expiresAt: minutesAgo(-20) };
    expect(await findings(credentials, { ssoSession: async () => soon })).toEqual([
      {
        outcome: 'warn',
        text: 'account 123456789012, user/ann; the SSO session ends in 20 min',
        fix: 'aws sso login --sso-session lab',
      },
    ]);
    const ended = { ...session, expiresAt: minutesAgo(5) };
    const refused = () => Promise.reject(awsError('CredentialsProviderError', 'Token is expired', 0));
    expect((await findings(credentials, { identity: refused, ssoSession: async () => ended }))[0]).toEqual({
      outcome: 'fail',
      text: 'the SSO session lab has ended',
      fix: 'aws sso login --sso-session lab',
    });
  });

  it('that the CLI renews by itself, or that last for long, are ok', async () => {
    const renewable = { name: 'lab', renewable: true, expiresAt: minutesAgo(-20) };
    expect((await findings(credentials, { ssoSession: async () => renewable }))[0]!.outcome).toBe('ok');
    const identity = async () => ({
      account: '1',
      arn: 'arn:aws:sts::1:assumed-role/r/s',
      expiresAt: minutesAgo(-200),
    });
    expect(await findings(credentials, { identity })).toEqual([
      { outcome: 'ok', text: 'account 1, assumed-role/r/s, until 2026-11-21T15:20Z' },
    ]);
    const short = async () => ({ ...(await identity()), expiresAt: minutesAgo(-10) });
    expect((await findings(credentials, { identity: short }))[0]!.outcome).toBe('warn');
  });
});

it('region: one that is not turned on fails; one that AWS says nothing of is not checked', async () => {
  expect((await findings(region, { region: async () => 'not-opted-in' }))[0]!.outcome).toBe('fail');
  expect((await findings(region, { region: async () => 'unknown' }))[0]!.outcome).toBe('unchecked');
});

it('bootstrap: none and an old one fail', async () => {
  expect((await findings(bootstrap, { bootstrapVersion: async () => undefined }))[0]!.fix).toContain(
    'cdk bootstrap',
  );
  expect((await findings(bootstrap, { bootstrapVersion: async () => 5 }))[0]!.text).toContain('version 5');
});

describe('stack', () => {
  const of = (status: string) =>
    findings(stack, {
      stack: async name => ({ name, status, outputs: {} }),
      firstFailure: async () => ({
        logicalId: 'PoolEnv',
        type: 'AWS::Batch::ComputeEnvironment',
        reason: 'CLIENT_ERROR - user data',
      }),
    });

  it('in a failed state is told with what failed first, and what CloudFormation lets one do', async () => {
    expect((await of('ROLLBACK_COMPLETE'))[0]).toEqual({
      outcome: 'fail',
      text: 'arraylab-lab is ROLLBACK_COMPLETE: PoolEnv (AWS::Batch::ComputeEnvironment): CLIENT_ERROR - user data',
      fix: 'mend the cause, npm run destroy, then npm run deploy',
    });
    expect((await of('UPDATE_ROLLBACK_FAILED'))[0]!.fix).toContain('continue-update-rollback');
    expect((await of('DELETE_FAILED'))[0]!.fix).toContain('destroy');
  });

  it('that rolled back an update, or is at work, is a warning', async () => {
    expect((await of('UPDATE_ROLLBACK_COMPLETE'))[0]!.outcome).toBe('warn');
    expect((await of('UPDATE_IN_PROGRESS'))[0]!.outcome).toBe('warn');
  });
});

describe('quotas', () => {
  it('that let not one host start fail, with the command that asks for enough', async () => {
    expect((await findings(quotas, { quota: async () => 5 }))[0]).toEqual({
      outcome: 'fail',
      text: 'standard on-demand: 5 vCPUs at once, and the smallest host of arm64-ondemand has 8: no job can start',
      fix: 'aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 --quota-code L-1216C47A --desired-value 64',
    });
  });

  it('below what the pools may grow to are a warning; of spot they have a code of their own', async () => {
    const asked: string[] = [];
    const quota = async (service: string, code: string) => {
      asked.push(`${service} ${code}`);
      return 32;
    };
    expect((await findings(quotas, { quota }, spot))[0]!.outcome).toBe('warn');
    expect(asked).toEqual(['ec2 L-34B43A08']);
  });

  it('of pools that share one are added up, and X hosts have their own', async () => {
    const input = {
      ...configInput,
      pools: {
        'arm64-ondemand': { maxvCpus: 64 },
        'x86-ondemand': { maxvCpus: 100 },
        big: { architecture: 'x86_64' as const, instanceTypes: ['x2idn.16xlarge'], maxvCpus: 64 },
      },
      workloads: {
        rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-ondemand', 'x86-ondemand', 'big'] },
      },
    };
    const values: Record<string, number> = { 'L-1216C47A': 150, 'L-7295265B': 0 };
    const found = await findings(quotas, { quota: async (_, code) => values[code] }, scopeOf(input));
    expect(found.map(each => [each.outcome, each.fix?.split(' ').at(-1)])).toEqual([
      ['warn', '164'],
      ['fail', '64'],
    ]);
  });

  it('of a pool that spills are asked for in both markets', async () => {
    const input = { ...configInput, pools: { 'arm64-spot': { spillToOnDemand: true, maxvCpus: 64 } } };
    const asked: string[] = [];
    const quota = async (_: string, code: string) => {
      asked.push(code);
      return 64;
    };
    await findings(quotas, { quota }, scopeOf(input, { pools: ['arm64-spot'] }));
    expect(asked).toEqual(['L-34B43A08', 'L-1216C47A']);
  });

  it('that the region does not have are not checked', async () => {
    expect((await findings(quotas, { quota: async () => undefined }))[0]!.outcome).toBe('unchecked');
  });
});

it('instance types: some that the region lacks are a warning, all of them a failure', async () => {
  expect((await findings(instanceTypes, { offered: async types => types.slice(1) }))[0]!.outcome).toBe(
    'warn',
  );
  expect((await findings(instanceTypes, { offered: async () => [] }))[0]!.outcome).toBe('fail');
});

it('batch limits: a lab that finds no room fails, a deployed one near the limit is warned', async () => {
  const full = { queueCount: async () => 50 };
  expect((await findings(batchCounts, full))[0]!.outcome).toBe('warn');
  expect((await findings(batchCounts, { ...full, stack: async () => undefined }))[0]!.outcome).toBe('fail');
});

it('service roles: a missing one fails where the stack is deployed, and Spot’s is asked for by spot pools alone', async () => {
  const hasRole = async (name: string) => name !== 'AWSServiceRoleForEC2Spot';
  expect((await findings(serviceRoles, { hasRole }))[0]).toEqual({
    outcome: 'ok',
    text: 'Batch, ECS, AutoScaling',
  });
  expect((await findings(serviceRoles, { hasRole }, spot))[0]).toMatchObject({
    outcome: 'fail',
    fix: 'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
  });
  const none = { hasRole: async () => false };
  expect((await findings(serviceRoles, none)).map(each => each.outcome)).toEqual(['fail', 'fail', 'fail']);
  expect((await findings(serviceRoles, { ...none, stack: async () => undefined }))[0]!.outcome).toBe('warn');
});

it('log policies: no room before the first deploy fails, and so does one of the stack’s that is gone', async () => {
  const ten = { logPolicies: async () => [...'0123456789'] };
  expect((await findings(logPolicies, { ...ten, stack: async () => undefined }))[0]!.outcome).toBe('fail');
  expect((await findings(logPolicies, { logPolicies: async () => ['other'] }))[0]!.text).toContain(
    'events is gone',
  );
  expect(
    (await findings(logPolicies, { logPolicies: async () => ['events', ...'12345678'] }))[0]!.outcome,
  ).toBe('warn');
});

describe('secrets', () => {
  const of = async (text: string) => (await findings(secrets, { secret: async () => text }))[0]!;

  it('that hold the placeholder, or what are no keys, fail with the command that fills them', async () => {
    const placeholder = JSON.stringify({
      accessKeyId: secretPlaceholder,
      secretAccessKey: secretPlaceholder,
    });
    expect(await of(placeholder)).toEqual({
      outcome: 'fail',
      text: 'the secret of hcp still holds its placeholder',
      fix: 'npx lab secret set hcp',
    });
    expect((await of('{"user":"x"}')).fix).toBe('npx lab secret set hcp');
    expect((await of(keysText)).outcome).toBe('ok');
  });

  it('that are gone fail; no value is ever in a finding', async () => {
    const secret = () => Promise.reject(awsError('ResourceNotFoundException', 'no', 400));
    expect((await findings(secrets, { secret }))[0]!.outcome).toBe('fail');
    expect(JSON.stringify(await findings(secrets))).not.toContain('AKIAHCP');
  });
});

describe('datasets', () => {
  it('that open are told with where they are; those in another region with what that costs', async () => {
    expect((await findings(datasets))[0]).toEqual({
      outcome: 'ok',
      text: 'hcp: s3://hcp-openaccess/HCP_1200/ opens',
    });
    const elsewhere = {
      ...configInput,
      region: 'eu-west-1',
      datasets: { hcp: { ...configInput.datasets!.hcp!, region: 'us-east-1' } },
    };
    expect((await findings(datasets, {}, scopeOf(elsewhere)))[0]!.outcome).toBe('warn');
  });

  it('that are in another region than the configuration says fail with the line to write', async () => {
    const openDataset: Account['openDataset'] = async () => ({
      state: 'refused',
      region: 'eu-west-1',
      refusal: { name: 'PermanentRedirect', message: '', status: 301 },
    });
    expect((await findings(datasets, { openDataset }))[0]).toEqual({
      outcome: 'fail',
      text: 'hcp: bucket hcp-openaccess is in eu-west-1, and lab.config.ts says us-east-1',
      fix: "datasets.hcp.region: 'eu-west-1' in lab.config.ts",
    });
  });

  it('with nothing at their prefix are a warning; without keys they are not checked', async () => {
    const empty: Account['openDataset'] = async () => ({ state: 'open', empty: true });
    expect((await findings(datasets, { openDataset: empty }))[0]!.outcome).toBe('warn');
    expect((await findings(datasets, { secret: async () => secretPlaceholder }))[0]).toEqual({
      outcome: 'unchecked',
      text: 'hcp: its keys are not filled in yet',
    });
  });

  it('are opened with their own keys', async () => {
    const keys: unknown[] = [];
    const openDataset: Account['openDataset'] = async (_, given) => {
      keys.push(given);
      return { state: 'open', empty: false };
    };
    await findings(datasets, { openDataset });
    expect(keys).toEqual([JSON.parse(keysText)]);
  });
});

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

it('output bucket: each setting that differs from ours has a line, and what may leak is a failure', async () => {
  const bare: Account['bucket'] = async () => ({
    region: 'eu-west-1',
    versioning: false,
    publicAccessBlocked: false,
    tlsOnly: false,
    ownership: 'ObjectWriter',
  });
  const found = await findings(outputBucket, { bucket: bare });
  expect(found.map(each => each.outcome)).toEqual(['fail', 'fail', 'fail', 'warn', 'warn', 'warn', 'warn']);
  expect(found.every(each => each.fix)).toBe(true);
});

it('output bucket: the one of existingOutputBucket is looked at, before any stack is there', async () => {
  const seen: string[] = [];
  const bucket: Account['bucket'] = name => {
    seen.push(name);
    return fakeAccount().bucket(name);
  };
  const scope = scopeOf({ ...configInput, existingOutputBucket: 'kept-bucket' });
  await findings(outputBucket, { bucket, stack: async () => undefined }, scope);
  expect(seen).toEqual(['kept-bucket']);
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
      names.map(name => ({ name, state: 'DISABLED', status: 'VALID', environments: [environment.arn] }));
    expect((await findings(queues, { queues: disabled }))[0]!.fix).toContain('update-job-queue');
    expect((await findings(queues, { queues: async () => [] }))[0]!.text).toContain('is not there');
  });
});

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
        fix: 'lab doctor again in some minutes',
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
    expect(now.getTime()).toBeGreaterThan(job.createdAt);
  });
});
