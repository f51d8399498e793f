import { matches } from './permissions.ts';
import type { RuleResource } from './template.ts';
import { asList, type Fields, fields, partialText, text, type Value } from './value.ts';

/**
 * Whether a key's own policy lets a principal do something: one that a part of its ARN or name tells
 * (`AWSServiceRoleForAutoScaling`, `logs.`). The account's delegation to IAM is nobody's here: services and their roles
 * have no policy of the account's. Undefined where it cannot be told.
 */
export function keyLets(key: RuleResource, principal: string, action: string): boolean | undefined {
  const statements = asList(fields(key.properties.KeyPolicy).Statement);
  if (!statements) return undefined;
  const verdicts = statements.map(each => statementLets(fields(each), principal, action));
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

function statementLets(statement: Fields, principal: string, action: string): boolean | undefined {
  if (text(statement.Effect) !== 'Allow') return text(statement.Effect) === undefined ? undefined : false;
  const actions = asList(statement.Action);
  if (!actions?.every(each => text(each) !== undefined)) return undefined;
  if (!actions.some(each => matches(text(each)!, action))) return false;
  const given = principalsOf(statement.Principal);
  if (given === undefined) return undefined;
  if (given.some(each => each.includes(principal))) return true;
  if (!given.includes('*')) return false;
  return heldTo(fields(statement.Condition), principal);
}

/** Whether conditions on who asks let the principal through. */
function heldTo(condition: Fields, principal: string): boolean | undefined {
  const callers = Object.values(condition)
    .map(each => fields(each)['aws:PrincipalArn'])
    .filter(each => each !== undefined);
  if (callers.length === 0) return true;
  const texts = callers.flatMap(each => asList(each)?.map(partialText) ?? [undefined]);
  if (texts.some(each => each?.includes(principal) || each?.endsWith('*'))) return true;
  return texts.includes(undefined) ? undefined : false;
}

function principalsOf(value: Value | undefined): readonly string[] | undefined {
  if (text(value) === '*') return ['*'];
  const { AWS, Service } = fields(value);
  const found = [AWS, Service].flatMap(each => asList(each)?.map(partialText) ?? []);
  return found.every(each => each !== undefined) ? (found as string[]) : undefined;
}
