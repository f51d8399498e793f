import { checkTemplate } from '../../lib/rules/check-template.ts';
import { environment, type Fields, found, job } from './by-hand.ts';

const fixOf = (Resources: Fields, rule: string): string | undefined =>
  checkTemplate({ Resources }).find(each => each.rule === rule)?.fix;

describe('a fix that cannot be done in that template is not advised', () => {
  it('an environment with a service role of its own or BEST_FIT is first made one that can be updated', () => {
    const replaced = { ReplaceComputeEnvironment: undefined };
    expect(fixOf({ Env: environment({}, replaced) }, 'environment-replaced')).toBe(
      'ReplaceComputeEnvironment: false',
    );
    const fix = fixOf(
      {
        Env: environment(
          { AllocationStrategy: undefined },
          { ...replaced, ServiceRole: 'arn:aws:iam::111122223333:role/AWSBatchServiceRole' },
        ),
      },
      'environment-replaced',
    );
    expect(fix).toMatch(
      /^no ServiceRole, and AllocationStrategy: .* and then ReplaceComputeEnvironment: false/,
    );
  });

  it('a launch template from elsewhere has no attribute to ask for its version', () => {
    const elsewhere = { LaunchTemplate: { LaunchTemplateId: 'lt-1' } };
    expect(fixOf({ Env: environment(elsewhere) }, 'launch-template-version')).not.toContain('Fn::GetAtt');
  });

  it('a policy that names the environment cannot go first', () => {
    const trust = { Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } }] };
    const allow = (Resource: unknown) => ({
      Statement: [{ Effect: 'Allow', Action: 'ecs:*', Resource }],
    });
    const resources = (Resource: unknown): Fields => ({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
      Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: allow(Resource) },
      },
      Env: environment({ InstanceRole: { 'Fn::GetAtt': ['Profile', 'Arn'] } }),
    });
    expect(fixOf(resources('*'), 'policy-order')).toContain('DependsOn');
    expect(fixOf(resources({ Ref: 'Env' }), 'policy-order')).not.toContain('DependsOn');
  });
});

describe('update-policy', () => {
  const bare = { UpdatePolicy: undefined };
  it('holds in a template without job definitions too, and shows that nothing is written', () => {
    const [finding] = checkTemplate({ Resources: { Env: environment({}, bare) } });
    expect(finding).toMatchObject({ rule: 'update-policy', value: '(absent)' });
  });
  it('says nothing of environments that are replaced', () => {
    const Env = environment({}, { ...bare, ReplaceComputeEnvironment: true });
    expect(found({ Env, Job: job() })).toEqual({ 'environment-replaced': ['Env'] });
  });
  it('asks for days where jobs take days', () => {
    const Job = job({}, { Timeout: { AttemptDurationSeconds: 2 * 24 * 3600 } });
    expect(found({ Env: environment(), Job })).toEqual({ 'update-policy': ['Env'] });
    const patient = { UpdatePolicy: { JobExecutionTimeoutMinutes: 2880 } };
    expect(found({ Env: environment({}, patient), Job })).toEqual({});
  });
});

it.each([
  'tool:main-3f9c2d1',
  'tool:stable-1.2',
  'tool:latest-20260105',
  'tool:v3',
  '${Image}',
  'tool:${Tag}',
  'tool@sha256:abc',
])('%s is no moving tag', name => {
  const Parameters = { Image: { Type: 'String' }, Tag: { Type: 'String' } };
  expect(found({ Job: job({ Image: { 'Fn::Sub': name } }) }, { Parameters })).toEqual({});
});
