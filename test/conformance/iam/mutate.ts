import { operators } from '../../../lib/twin/iam/operators.ts';
import type { Condition, Principal, Statement } from '../../../lib/twin/iam/types.ts';
import type { Random } from './random.ts';

type Writable = { -readonly [K in keyof Statement]: Statement[K] };

/** What becomes of a statement that somebody changes: none, itself changed, or itself and another. */
export function mutate(statement: Statement, pick: Random, principal?: Principal): Statement[] {
  const kind = pick.one([
    'drop',
    'flip',
    'action',
    'not-action',
    'resource',
    'not-resource',
    'variable',
    'condition',
    'condition',
    'condition',
    'deny',
    ...(principal ? ['principal'] : []),
  ]);
  const changed: Writable = { ...statement };
  const { actions, notActions, resources, notResources } = statement;
  switch (kind) {
    case 'drop':
      return [];
    case 'flip':
      changed.effect = statement.effect === 'Allow' ? 'Deny' : 'Allow';
      return [changed];
    case 'action':
      if (actions) changed.actions = actions.map(each => widened(each, pick));
      return [changed];
    case 'not-action':
      if (notActions || !actions) return [statement];
      delete changed.actions;
      changed.notActions = actions;
      return [changed];
    case 'resource':
      if (resources) changed.resources = resources.map(each => blurred(each, pick));
      return [changed];
    case 'not-resource':
      if (resources) {
        delete changed.resources;
        changed.notResources = resources;
      } else if (notResources) {
        delete changed.notResources;
        changed.resources = notResources;
      }
      return [changed];
    case 'variable':
      if (resources) changed.resources = resources.map(each => withVariable(each, pick));
      return [changed];
    case 'principal':
      changed.principals = pick.one([
        '*',
        [principal!.arn],
        [principal!.roleArn ?? principal!.arn],
        [`arn:aws:iam::${principal!.account}:root`],
        [principal!.account],
        ['arn:aws:iam::000000000000:role/other'],
      ]);
      if (pick.chance(0.2) && statement.effect === 'Deny') {
        changed.notPrincipals = changed.principals === '*' ? [principal!.arn] : changed.principals;
        delete changed.principals;
      }
      return [changed];
    case 'deny':
      return [statement, { ...statement, effect: 'Deny', conditions: [condition(pick)] }];
    default:
      changed.conditions = distinct(conditions(statement.conditions, pick));
      return [changed];
  }
}

const widened = (action: string, pick: Random): string => {
  const [service, name = ''] = action.split(':');
  return pick.one([
    `${service}:*`,
    '*',
    `${service}:${name.slice(0, 3)}*`,
    `${service}:?${name.slice(1)}`,
    action.toUpperCase(),
    `${service}:${name}x`,
  ]);
};

/** An ARN with a part, or a piece of one, made a wildcard; or with one that is another. */
function blurred(arn: string, pick: Random): string {
  const parts = arn.split(':');
  if (parts.length < 6) return arn;
  const at = pick.one([1, 3, 4, 5]);
  const part = parts[at]!;
  const cut = Math.floor(part.length / 2);
  parts[at] = pick.one([
    '*',
    `${part.slice(0, cut)}*`,
    `${part.slice(0, cut)}?${part.slice(cut + 1)}`,
    `*${part.slice(cut)}`,
    `${part}x`,
  ]);
  return parts.join(':');
}

function withVariable(arn: string, pick: Random): string {
  const variable = pick.one([
    '${aws:PrincipalAccount}',
    '${aws:username}',
    "${aws:username, 'x'}",
    '${*}',
    '${aws:userid}',
  ]);
  return arn.includes('/')
    ? arn.replace(/\/[^/]*$/, `/${variable}*`)
    : arn.replace('000000000000', '${aws:PrincipalAccount}');
}

/** A policy names a key once for an operator. */
const distinct = (all: readonly Condition[]): Condition[] => {
  const nameOf = ({ over, operator, ifExists, key }: Condition) =>
    [over, operator, ifExists, key].join().toLowerCase();
  return all.filter((each, index) => all.findIndex(one => nameOf(one) === nameOf(each)) === index);
};

function conditions(before: readonly Condition[], pick: Random): Condition[] {
  if (before.length === 0 || pick.chance(0.3))
    return [...before.slice(pick.chance(0.5) ? 1 : 0), condition(pick)];
  return before.map(each => {
    const { ifExists: _, over: __, ...plain } = each;
    const isMany = /tagkeys$/i.test(each.key);
    return {
      ...plain,
      ...(each.operator === 'Null' || pick.chance(0.5) ? {} : { operator: pick.one(like(each.operator)) }),
      ...(each.operator !== 'Null' && pick.chance(0.3) ? { ifExists: true as const } : {}),
      ...(isMany ? { over: pick.one(['ForAllValues', 'ForAnyValue'] as const) } : {}),
      values: pick.chance(0.4)
        ? each.values.map(value => pick.one([`${value}*`, value.toUpperCase(), '*', value.slice(0, 3)]))
        : each.values,
    };
  });
}

/** Operators that take the same values. */
const like = (operator: string): string[] => {
  const family = /^(String|Arn|Numeric|Date|Bool|Not?IpAddress|Binary)/.exec(operator)?.[1] ?? '';
  return [...operators.keys()].filter(each => each.startsWith(family));
};

const string = [...operators.keys()].filter(each => each.startsWith('String'));

function condition(pick: Random): Condition {
  const ifExists = pick.chance(0.25) ? { ifExists: true as const } : {};
  const of = (operator: string, key: string, ...values: string[]): Condition => ({
    operator,
    key,
    values,
    ...ifExists,
  });
  const over = pick.one(['ForAllValues', 'ForAnyValue'] as const);
  return pick.one<() => Condition>([
    () => of(pick.one(string), 's3:prefix', 'runs/*', 'config/', ''),
    () => of(pick.one(string), 's3:prefix', "${aws:username, 'runs'}/*"),
    () =>
      of(
        pick.one([
          'NumericLessThan',
          'NumericLessThanEquals',
          'NumericEquals',
          'NumericNotEquals',
          'NumericGreaterThan',
          'NumericGreaterThanEquals',
        ]),
        's3:max-keys',
        '10',
      ),
    () =>
      of(
        pick.one(['DateLessThan', 'DateGreaterThan', 'DateEquals', 'DateNotEquals', 'DateLessThanEquals']),
        'aws:CurrentTime',
        pick.one(['2026-11-28T10:00:00Z', '2020-01-01T00:00:00Z', '1795860000']),
      ),
    () => of(pick.one(['Bool', 'StringEquals']), 'aws:SecureTransport', pick.one(['true', 'false'])),
    () => ({
      operator: 'Null',
      key: pick.one(['s3:if-match', 's3:prefix', 'aws:username', 's3:VersionId']),
      values: [pick.one(['true', 'false'])],
    }),
    () =>
      of(
        pick.one(['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEquals']),
        'aws:PrincipalArn',
        pick.one(['arn:aws:iam::000000000000:role/*', 'arn:aws:iam::*:user/members', 'arn:*:iam::*:role/x']),
      ),
    () => of(pick.one(string), 'aws:ResourceAccount', '000000000000'),
    () => of(pick.one(string), 's3:x-amz-storage-class', 'STANDARD', '*ARCHIVE'),
    () => of(pick.one(string), 'aws:UserAgent', 'aws-cli/*'),
    () => ({
      ...of(pick.one(string), pick.one(['s3:RequestObjectTagKeys', 'aws:TagKeys']), 'a', 'arraylab:*'),
      over,
    }),
  ])();
}
