import fc from 'fast-check';
import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import type { Account } from '../../lib/contract/ports/account.ts';
import { endpointZones } from '../../lib/doctor/checks/endpoint-zones.ts';
import { quotas } from '../../lib/doctor/checks/quotas.ts';
import { checks, firstCheck } from '../../lib/doctor/checks.ts';
import { runChecks } from '../../lib/doctor/run-checks.ts';
import { awsError, configInput, denied, fakeAccount, findings, scopeOf } from './fake-account.ts';

const all = [firstCheck, ...checks];
const broken = (error: () => Promise<never>): Account =>
  new Proxy(fakeAccount(), { get: () => error }) as Account;

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
      // Where there is something to ask of each.
      const isolated = scopeOf({ ...configInput, network: 'private-endpoints' });
      const result = await findings(check, broken(denied), check === endpointZones ? isolated : scopeOf());
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
