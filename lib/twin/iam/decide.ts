import { holdAll } from './conditions.ts';
import type { Decision, IamRequest, Policy, Principal, Principals, Statement } from './types.ts';
import { asLiteral, filled } from './variables.ts';
import { matchesAction, matchesArn } from './wildcards.ts';

/**
 * IAM's decision within one account (its guide, "Policy evaluation logic"): an explicit deny anywhere refuses; otherwise one
 * allow is enough, of the caller's policies or of the resource's that names the caller; a boundary must allow what the
 * caller's policies do. What nobody can say (a condition key that the twin does not know) never allows, and always denies.
 */
export function decide(policies: readonly Policy[], request: IamRequest): Decision {
  const found = policies.flatMap(policy =>
    policy.statements
      .filter(statement => means(statement, policy, request))
      .map(statement => ({ policy, statement, holds: holdAll(statement.conditions, request.context) })),
  );
  const denial = found.find(({ statement, holds }) => statement.effect === 'Deny' && holds !== 'no');
  if (denial) return refusedBy(denial);
  const allowing = found.filter(({ statement, holds }) => statement.effect === 'Allow' && holds === 'yes');
  const ofResource = allowing.find(
    ({ policy, statement }) => policy.kind === 'resource' && grants(statement, request.principal),
  );
  if (ofResource) return { ...refusedBy(ofResource), isAllowed: true };
  const boundaries = policies.filter(each => each.kind === 'boundary');
  const isBounded = boundaries.every(each => allowing.some(({ policy }) => policy === each));
  const own = allowing.find(each => each.policy.kind === 'identity');
  return own && isBounded ? { ...refusedBy(own), isAllowed: true } : { isAllowed: false };
}

const refusedBy = ({ policy, statement }: { policy: Policy; statement: Statement }): Decision => ({
  isAllowed: false,
  by: { policy, statement },
});

/** Whether a statement is about this principal, action and resource, whatever its conditions say. */
export function means(statement: Statement, policy: Policy, request: IamRequest): boolean {
  return (
    (policy.kind !== 'resource' || meansPrincipal(statement, request.principal)) &&
    meansAction(statement, request.action) &&
    meansResource(statement, request)
  );
}

export function meansAction({ actions, notActions }: Statement, action: string): boolean {
  if (notActions) return !notActions.some(each => matchesAction(each, action));
  return actions?.some(each => matchesAction(each, action)) ?? false;
}

export function meansResource(statement: Statement, { resource, context }: IamRequest): boolean {
  const { effect, resources, notResources } = statement;
  const patterns = (notResources ?? resources ?? []).map(each => filled(each, context));
  // A variable without a value: nobody can say what is meant.
  if (patterns.includes(undefined)) return effect === 'Deny';
  const isOne = patterns.some(
    each => each === '*' || (resource !== '*' && matchesArn(each!, asLiteral(resource))),
  );
  return isOne !== (notResources !== undefined);
}

function meansPrincipal({ principals, notPrincipals }: Statement, principal: Principal): boolean {
  if (notPrincipals) return !exempts(notPrincipals, principal);
  return principals !== undefined && names(principals, principal);
}

function names(principals: Principals, { arn, roleArn, account }: Principal): boolean {
  const all = ['*', account, `arn:aws:iam::${account}:root`, arn, roleArn];
  return principals === '*' || principals.some(each => all.includes(each));
}

/** Who is not to be meant is named whole: with the account, and a session with its role (IAM's guide, "NotPrincipal"). */
function exempts(principals: Principals, { arn, roleArn, account }: Principal): boolean {
  if (principals === '*' || principals.includes('*')) return true;
  const isAccount = principals.includes(account) || principals.includes(`arn:aws:iam::${account}:root`);
  return isAccount && principals.includes(arn) && (roleArn === undefined || principals.includes(roleArn));
}

/** An account's number or root means whoever in it is allowed by policies of their own: by itself it gives nothing. */
const grants = ({ principals }: Statement, { arn, roleArn }: Principal): boolean =>
  principals === '*' || (principals?.some(each => ['*', arn, roleArn].includes(each)) ?? false);
