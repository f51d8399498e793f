import { holds } from './conditions.ts';
import { meansAction, meansResource } from './decide.ts';
import { isKnownKey } from './known-keys.ts';
import type { Condition, Decision, IamRequest, Policy, Statement } from './types.ts';

/** What AWS answers to who may not. S3 puts the resource in quotes; `quote` is what stands around it. */
export function refusalOf(request: IamRequest, decision: Decision, quote = ''): string {
  const { principal, action, resource } = request;
  const what = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${quote}${resource}${quote}`;
  if (!decision.by) return `${what} because no identity-based policy allows the ${action} action`;
  const kind = {
    identity: 'an identity-based policy',
    resource: 'a resource-based policy',
    boundary: 'a permissions boundary',
  };
  return `${what} with an explicit deny in ${kind[decision.by.policy.kind]}`;
}

/** Why, for whoever mends the policies: the statement that refused, or those that come nearest to allowing it. */
export function explain(policies: readonly Policy[], request: IamRequest, { by }: Decision): string[] {
  if (by) {
    const unknown = by.statement.conditions.filter(each => !isKnownKey(each.key)).map(each => each.key);
    const because =
      unknown.length > 0 ? `, with conditions that the twin does not know: ${unknown.join(', ')}` : '';
    return [`denied by ${nameOf(by.policy, by.statement)}${because}`];
  }
  const near = policies.flatMap(policy =>
    policy.statements
      .filter(each => each.effect === 'Allow' && meansAction(each, request.action))
      .map(each => `${nameOf(policy, each)} allows it ${whyNot(each, request)}`),
  );
  if (near.length > 0) return near;
  const whose = policies.filter(each => each.kind === 'identity').map(each => each.name);
  const where = whose.length > 0 ? `of ${whose.join(', ')}` : '(there is no policy at all)';
  return [`no statement ${where} has the action; missing: Allow ${request.action} on ${request.resource}`];
}

function whyNot(statement: Statement, request: IamRequest): string {
  if (!meansResource(statement, request)) {
    return statement.notResources
      ? `on all but ${few(statement.notResources)}`
      : `on ${few(statement.resources ?? [])} only`;
  }
  const failing = statement.conditions.filter(each => holds(each, request.context) !== 'yes');
  if (failing.length === 0) return 'to others only, or beyond a permissions boundary';
  return `only if ${failing.map(each => conditionText(each, request)).join(' and ')}`;
}

function conditionText(
  { over, operator, ifExists, key, values }: Condition,
  { context }: IamRequest,
): string {
  const written = `${over ? `${over}:` : ''}${operator}${ifExists ? 'IfExists' : ''}`;
  const found = context[key.toLowerCase()];
  const is = !isKnownKey(key)
    ? 'which the twin does not know'
    : found === undefined
      ? 'which is absent'
      : `which is ${[found].flat().join(', ')}`;
  return `${key} ${written} ${few(values)}, ${is}`;
}

const few = (values: readonly string[]): string =>
  values.length > 3 ? `${values.slice(0, 3).join(', ')} and ${values.length - 3} more` : values.join(', ');

const nameOf = (policy: Policy, statement: Statement): string =>
  `${policy.name}${statement.sid ? ` (${statement.sid})` : ` statement ${policy.statements.indexOf(statement) + 1}`}`;
