import { eventRule, matchesPattern } from '../../../lib/twin/template/event-rule.ts';
import { symbolsOf } from '../../../lib/twin/template/symbols.ts';

const symbols = symbolsOf({ Events: { Type: 'AWS::Logs::LogGroup' } }, 'stack', {
  region: 'eu-central-1',
  account: '000000000000',
});
const logArn = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':1:log-group:', { Ref: 'Events' }],
  ],
};
const pattern = { source: ['aws.batch'] };
const rule = (more: object) =>
  eventRule('Rule', { EventPattern: pattern, Targets: [{ Id: 'log', Arn: logArn }], ...more }, symbols);

it('a rule with a log group for a target is known by the group', () => {
  expect(rule({})).toEqual([{ pattern, logGroup: 'stack-Events' }]);
});

it.each([
  ['is disabled', { State: 'DISABLED' }],
  ['goes by a schedule', { EventPattern: undefined }],
  ['has another target', { Targets: [{ Id: 'f', Arn: 'arn:aws:lambda:eu-central-1:1:function:f' }] }],
  [
    'has a target that the twin does not know',
    { Targets: [{ Id: 'f', Arn: { 'Fn::GetAtt': ['Other', 'Arn'] } }] },
  ],
])('a rule that %s does nothing', (_, more) => {
  expect(rule(more)).toEqual([]);
});

it('refuses a pattern that it would get wrong', () => {
  expect(() => rule({ EventPattern: { detail: { status: [{ 'anything-but': ['FAILED'] }] } } })).toThrow(
    'the twin matches values and { "prefix": … } only',
  );
});

it.each([
  [{ a: ['x', 'y'] }, { a: 'y' }, true],
  [{ a: ['x'] }, { a: ['x', 'z'] }, true],
  [{ a: ['x'] }, { a: 'y' }, false],
  [{ a: ['x'] }, {}, false],
  [{ a: { b: [1] } }, { a: { b: 1 } }, true],
  [{ a: { b: [1] } }, { a: 1 }, false],
  [{ a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
  [{ a: [{ prefix: 'ab' }] }, { a: 'b' }, false],
])('%j of %j is %s', (wanted, event, matches) => {
  expect(matchesPattern(wanted, event)).toBe(matches);
});
