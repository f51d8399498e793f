import { checkTemplate } from '../../lib/rules/check-template.ts';
import { environment, type Fields, found, job } from './by-hand.ts';

const If = (name: string, yes: unknown, no: unknown) => ({ 'Fn::If': [name, yes, no] });
const NoValue = { Ref: 'AWS::NoValue' };
const spotOnDemand = (name: string) =>
  environment({ Type: If(name, 'SPOT', 'EC2'), AllocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' });
const isSpot = { 'Fn::Equals': [{ Ref: 'Market' }, 'SPOT'] };
const market = (more: Fields = {}) => ({ Market: { Type: 'String', ...more } });
const messages = (Resources: Fields, rest: Fields): string[] =>
  checkTemplate({ Resources, ...rest }).map(each => each.message);

it('judges the branch that a parameter’s default gives', () => {
  const Conditions = { OnSpot: isSpot };
  const Env = spotOnDemand('OnSpot');
  expect(found({ Env }, { Parameters: market({ Default: 'EC2' }), Conditions })).toEqual({
    'allocation-market': ['Env'],
  });
  expect(found({ Env }, { Parameters: market({ Default: 'SPOT' }), Conditions })).toEqual({});
});

it('judges both branches where the deployment decides, and says in which a finding holds', () => {
  expect(
    messages({ Env: spotOnDemand('OnSpot') }, { Parameters: market(), Conditions: { OnSpot: isSpot } }),
  ).toEqual(['a spot strategy on on-demand hosts (where OnSpot is false)']);
  expect(messages({ Env: spotOnDemand('Nobody') }, {})).toEqual([
    'a spot strategy on on-demand hosts (where Nobody is false)',
  ]);
});

it('an image of one’s own that nobody gives by default is absent', () => {
  const Env = environment({ Ec2Configuration: undefined, ImageId: If('Own', { Ref: 'Ami' }, NoValue) });
  const rest = {
    Parameters: { Ami: { Type: 'String', Default: '' } },
    Conditions: { Own: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Ami' }, ''] }] } },
  };
  expect(found({ Env }, rest)).toEqual({ 'image-type': ['Env'] });
});

it('conditions on one parameter turn out together', () => {
  const Conditions = {
    OnSpot: isSpot,
    OnDemand: { 'Fn::Not': [{ Condition: 'OnSpot' }] },
    Either: { 'Fn::Or': [{ Condition: 'OnSpot' }, { Condition: 'OnDemand' }] },
    Both: { 'Fn::And': [{ Condition: 'OnSpot' }, { Condition: 'OnDemand' }] },
  };
  const compute = (yes: string, no: string) => ({
    Type: If('OnSpot', 'SPOT', 'EC2'),
    AllocationStrategy: If('OnDemand', yes, no),
    MinvCpus: If('Both', 4, If('Either', 0, 4)),
  });
  const rest = { Parameters: market(), Conditions };
  expect(
    found({ Env: environment(compute('BEST_FIT_PROGRESSIVE', 'SPOT_CAPACITY_OPTIMIZED')) }, rest),
  ).toEqual({});
  expect(
    found({ Env: environment(compute('SPOT_CAPACITY_OPTIMIZED', 'BEST_FIT_PROGRESSIVE')) }, rest),
  ).toEqual({ 'allocation-market': ['Env'] });
});

it('a resource whose condition does not hold is not there, and what refers to it is not known', () => {
  const Role = {
    Type: 'AWS::IAM::Role',
    Condition: 'Own',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Principal: { Service: 'batch.amazonaws.com' } },
      },
    },
  };
  const Job = job({ JobRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } });
  const own = (Default: string) => ({
    Parameters: { Own: { Type: 'String', Default } },
    Conditions: { Own: { 'Fn::Equals': [{ Ref: 'Own' }, 'yes'] } },
  });
  expect(found({ Role, Job }, own('yes'))).toEqual({ 'role-trust': ['Job'] });
  expect(found({ Role, Job }, own('no'))).toEqual({});
});

it('conditions that name each other, and more of them than can all be tried, end', () => {
  const Conditions: Fields = { A: { Condition: 'B' }, B: { 'Fn::Not': [{ Condition: 'A' }] } };
  expect(messages({ Env: spotOnDemand('A') }, { Conditions })).toHaveLength(1);
  const many = Array.from({ length: 40 }, (_, at) => If(`C${at}`, 'm6i.large', 'm7g.large'));
  expect(found({ Env: environment({ InstanceTypes: many }) })['one-architecture']).toContain('Env');
});
