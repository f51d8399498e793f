import { bootstrap } from '../../../lib/doctor/checks/bootstrap.ts';
import { region } from '../../../lib/doctor/checks/region.ts';
import { stack } from '../../../lib/doctor/checks/stack.ts';
import { findings } from '../fake-account.ts';

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
        statusReason: 'CLIENT_ERROR - user data',
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
