import type { Policy, Principals, Statement } from '../../../lib/twin/iam/types.ts';

/** A policy as IAM's JSON has it. */
export const documentOf = ({ statements }: Policy): object => ({
  Version: '2012-10-17',
  Statement: statements.map(statementOf),
});

function statementOf(given: Statement): object {
  const conditions: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, over, ifExists, key, values } of given.conditions) {
    const name = `${over ? `${over}:` : ''}${operator}${ifExists ? 'IfExists' : ''}`;
    conditions[name] = { ...conditions[name], [key]: values };
  }
  const principals = (of: Principals | undefined) =>
    of === undefined
      ? undefined
      : of === '*'
        ? '*'
        : of.length > 0
          ? { AWS: of }
          : { Service: 's3.amazonaws.com' };
  return {
    ...(given.sid === undefined ? {} : { Sid: given.sid }),
    Effect: given.effect,
    Principal: principals(given.principals),
    NotPrincipal: principals(given.notPrincipals),
    Action: given.actions,
    NotAction: given.notActions,
    Resource: given.resources,
    NotResource: given.notResources,
    ...(given.conditions.length > 0 ? { Condition: conditions } : {}),
  };
}
