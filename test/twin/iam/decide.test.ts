import fc from 'fast-check';
import { decide } from '../../../lib/twin/iam/decide.ts';
import { readPolicy } from '../../../lib/twin/iam/read-policy.ts';
import type { IamRequest, RequestContext } from '../../../lib/twin/iam/types.ts';
import { explain, refusalOf } from '../../../lib/twin/iam/words.ts';

const account = '000000000000';
const role = `arn:aws:iam::${account}:role/jobs`;
const principal = { arn: `arn:aws:sts::${account}:assumed-role/jobs/one`, roleArn: role, account };

const policy = (kind: 'identity' | 'resource' | 'boundary', ...Statement: object[]) =>
  readPolicy(`${kind} policy`, kind, { Version: '2012-10-17', Statement });
const ask = (action: string, resource: string, context: RequestContext = {}): IamRequest => ({
  principal,
  action,
  resource,
  context,
});
const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const get = (context: RequestContext = {}): IamRequest => ask('s3:GetObject', 'arn:aws:s3:::b/k', context);

/** Whether an allow with this condition is one for a request with this context. */
const holds = (Condition: object, context: RequestContext): boolean =>
  decide([policy('identity', { ...allow, Condition })], get(context)).isAllowed;

describe('what decides', () => {
  const deny = { ...allow, Effect: 'Deny' };
  it('nothing allows: no; one allow: yes; a deny beside it, wherever it stands: no', () => {
    expect(decide([], get()).isAllowed).toBe(false);
    expect(decide([policy('identity', allow)], get()).isAllowed).toBe(true);
    expect(decide([policy('identity', allow, deny)], get()).isAllowed).toBe(false);
    const ofBucket = policy('resource', { ...deny, Principal: '*' });
    expect(decide([policy('identity', allow), ofBucket], get())).toMatchObject({
      isAllowed: false,
      by: { policy: ofBucket },
    });
  });

  it('a bucket’s policy allows whom it names; the account’s root only whom their own policies allow', () => {
    const of = (Principal: unknown) => decide([policy('resource', { ...allow, Principal })], get()).isAllowed;
    expect([of('*'), of({ AWS: role }), of({ AWS: principal.arn }), of({ AWS: ['x', '*'] })]).toEqual(
      Array(4).fill(true),
    );
    expect([
      of({ AWS: `arn:aws:iam::${account}:root` }),
      of({ AWS: account }),
      of({ AWS: 'arn:aws:iam::000000000000:role/other' }),
      of({ Service: 's3.amazonaws.com' }),
    ]).toEqual(Array(4).fill(false));
  });

  it('NotPrincipal denies everybody else', () => {
    const denies = (NotPrincipal: object) =>
      !decide([policy('identity', allow), policy('resource', { ...deny, NotPrincipal })], get()).isAllowed;
    expect(denies({ AWS: [role, principal.arn, account] })).toBe(false);
    // One who is named without the account, or by the role alone, is denied with all the others.
    expect(denies({ AWS: [role, principal.arn] })).toBe(true);
    expect(denies({ AWS: [role, account] })).toBe(true);
    expect(denies({ AWS: 'arn:aws:iam::000000000000:role/other' })).toBe(true);
  });

  it('a boundary must allow it too', () => {
    const own = policy('identity', allow);
    expect(decide([own, policy('boundary', allow)], get()).isAllowed).toBe(true);
    expect(decide([own, policy('boundary')], get()).isAllowed).toBe(false);
  });

  it('NotAction and NotResource mean all the rest', () => {
    const is = (statement: object, request: IamRequest) =>
      decide([policy('identity', { Effect: 'Allow', ...statement })], request).isAllowed;
    expect(is({ NotAction: 's3:Put*', Resource: '*' }, get())).toBe(true);
    expect(is({ NotAction: 's3:get*', Resource: '*' }, get())).toBe(false);
    expect(is({ Action: 's3:*', NotResource: 'arn:aws:s3:::b/other/*' }, get())).toBe(true);
    expect(is({ Action: 's3:*', NotResource: ['arn:aws:s3:::x', 'arn:aws:s3:::b/k*'] }, get())).toBe(false);
  });
});

describe('patterns', () => {
  it.each([
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/a/b:c', true],
    ['arn:aws:s3:::b/?', 'arn:aws:s3:::b/k', true],
    ['arn:aws:s3:::b/?', 'arn:aws:s3:::b/kk', false],
    ['arn:aws:s3:::b', 'arn:aws:s3:::b/k', false],
    ['arn:*:s3:::b/*', 'arn:aws:s3:::b/k', true],
    // No * reaches over a colon but in the last part.
    ['arn:aws:*:job/x', 'arn:aws:batch:us-east-1:0:job/x', false],
    ['arn:aws:batch:*:*:job/*', 'arn:aws:batch:us-east-1:0:job/x:3', true],
    ['*', 'arn:aws:s3:::b/k', true],
  ])('%s of %s: %s', (Resource, resource, expected) => {
    const one = policy('identity', { Effect: 'Allow', Action: '*', Resource });
    expect(decide([one], ask('s3:GetObject', resource)).isAllowed).toBe(expected);
  });

  it('a variable is the caller’s text, never a pattern; without a value it is nobody’s', () => {
    const one = policy('identity', { ...allow, Resource: 'arn:aws:s3:::b/${aws:username}/*' });
    const is = (key: string, context: RequestContext) =>
      decide([one], ask('s3:GetObject', `arn:aws:s3:::b/${key}`, context)).isAllowed;
    expect(is('ann/x', { 'aws:username': 'ann' })).toBe(true);
    expect(is('ann/x', { 'aws:username': '*' })).toBe(false);
    expect(is('*/x', { 'aws:username': '*' })).toBe(true);
    expect(is('/x', {})).toBe(false);
    const star = policy('identity', { ...allow, Resource: 'arn:aws:s3:::b/${*}' });
    expect([
      decide([star], get()).isAllowed,
      decide([star], ask('s3:GetObject', 'arn:aws:s3:::b/*')).isAllowed,
    ]).toEqual([false, true]);
  });
});

describe('conditions', () => {
  it.each<[string, object, RequestContext, boolean]>([
    ['equal', { StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
    ['equal, in another case', { StringEquals: { 's3:prefix': 'A' } }, { 's3:prefix': 'a' }, false],
    ['equal in any case', { StringEqualsIgnoreCase: { 's3:prefix': 'A' } }, { 's3:prefix': 'a' }, true],
    ['like', { StringLike: { 'S3:PREFIX': 'runs/*' } }, { 's3:prefix': 'runs/x' }, true],
    ['absent', { StringLike: { 's3:prefix': '*' } }, {}, false],
    ['absent, if it exists', { StringLikeIfExists: { 's3:prefix': 'x' } }, {}, true],
    ['not, absent', { StringNotEquals: { 's3:prefix': 'x' } }, {}, true],
    ['not one of two', { StringNotEquals: { 's3:prefix': ['x', 'y'] } }, { 's3:prefix': 'y' }, false],
    ['there', { Null: { 's3:if-match': 'false' } }, { 's3:if-match': '"e"' }, true],
    ['there, but it is not', { Null: { 's3:if-match': false } }, {}, false],
    ['true', { Bool: { 'aws:SecureTransport': true } }, { 'aws:securetransport': 'true' }, true],
    ['less', { NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, true],
    ['no number', { NumericLessThan: { 's3:max-keys': '10' } }, { 's3:max-keys': 'few' }, false],
    [
      'before',
      { DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } },
      { 'aws:currenttime': '2026-01-01T00:00:00Z' },
      true,
    ],
    [
      'an ARN',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/j*' } },
      { 'aws:principalarn': role },
      true,
    ],
    [
      'all of the keys',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:tagkeys': ['a'] },
      true,
    ],
    ['all of none', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, {}, true],
    [
      'one too many',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:tagkeys': ['a', 'c'] },
      false,
    ],
    [
      'any of the keys',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:tagkeys': ['a', 'c'] },
      true,
    ],
    ['any of none', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, {}, false],
    ['both', { StringEquals: { 's3:prefix': 'a', 's3:delimiter': '/' } }, { 's3:prefix': 'a' }, false],
  ])('%s', (_, condition, context, expected) => expect(holds(condition, context)).toBe(expected));

  it('a key that the twin does not know refuses: no allow has it, every deny does', () => {
    const condition = { StringEquals: { 'aws:SourceIp': '1.2.3.4' } };
    expect(holds(condition, {})).toBe(false);
    const denial = { ...allow, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:Unheard': 'x' } } };
    const policies = [policy('identity', allow, denial)];
    const decision = decide(policies, get());
    expect(decision.isAllowed).toBe(false);
    expect(explain(policies, get(), decision).join()).toContain('does not know: aws:Unheard');
  });

  it('an operator or an element that is not IAM’s is refused when the policy is read', () => {
    const read = (statement: object) => () => policy('identity', { ...allow, ...statement });
    expect(read({ Condition: { StringMatches: { 's3:prefix': 'x' } } })).toThrow('StringMatches');
    expect(read({ Resources: '*' })).toThrow('Resources');
    expect(read({ Effect: 'Maybe' })).toThrow('Maybe');
  });
});

it('more allows never refuse what was allowed, more denies never allow what was refused', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('s3:GetObject', 's3:Get*', 's3:PutObject', '*'),
    Resource: fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/k', 'arn:aws:s3:::c/*'),
  });
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), statement, (before, more) => {
      const was = decide([policy('identity', ...before)], get()).isAllowed;
      const is = decide([policy('identity', ...before, more)], get()).isAllowed;
      if (more.Effect === 'Allow') expect(is || !was).toBe(true);
      else expect(!is || was).toBe(true);
      expect(decide([policy('identity', more, ...before)], get()).isAllowed).toBe(is);
    }),
  );
});

it('a refusal is in AWS’s words, and says to whoever mends it what is nearest', () => {
  const policies = [
    policy('identity', { ...allow, Sid: 'Read', Condition: { StringLike: { 's3:VersionId': 'x*' } } }),
  ];
  const decision = decide(policies, get());
  expect(refusalOf(get(), decision, '"')).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/jobs/one is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action',
  );
  expect(explain(policies, get(), decision)).toEqual([
    'identity policy (Read) allows it only if s3:VersionId StringLike x*, which is absent',
  ]);
  const other = ask('s3:PutObject', 'arn:aws:s3:::b/k');
  expect(explain(policies, other, decide(policies, other))[0]).toContain(
    'missing: Allow s3:PutObject on arn:aws:s3:::b/k',
  );
});
