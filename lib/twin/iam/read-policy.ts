import { LabError } from '../../contract/workload/errors.ts';
import { operators } from './operators.ts';
import type { Condition, Policy, Principals, Statement } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * A policy document, its intrinsics resolved. Throws LabError for what IAM would refuse, or the twin could only guess at:
 * an element or an operator that is not known.
 */
export function readPolicy(name: string, kind: Policy['kind'], document: unknown): Policy {
  const { Version, Statement: given, Id: _, ...more } = asJson(document, name);
  if (Version !== '2012-10-17') throw refused(name, `its version is ${String(Version)}`, 'write 2012-10-17');
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw refused(name, `a policy has no ${unknown}`, 'take it out');
  return {
    name,
    kind,
    statements: listOf(given).map((each, index) => readStatement(`${name}[${index}]`, each)),
  };
}

const elements = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource'],
  'Condition',
];

function readStatement(where: string, given: unknown): Statement {
  const raw = asJson(given, where);
  const unknown = Object.keys(raw).find(each => !elements.includes(each));
  if (unknown !== undefined) throw refused(where, `a statement has no ${unknown}`, 'take it out');
  if (raw.Effect !== 'Allow' && raw.Effect !== 'Deny') {
    throw refused(where, `its effect is ${String(raw.Effect)}`, 'write Allow or Deny');
  }
  return {
    ...(raw.Sid === undefined ? {} : { sid: String(raw.Sid) }),
    effect: raw.Effect,
    ...(raw.Principal === undefined ? {} : { principals: principalsOf(where, raw.Principal) }),
    ...(raw.NotPrincipal === undefined ? {} : { notPrincipals: principalsOf(where, raw.NotPrincipal) }),
    ...(raw.Action === undefined ? {} : { actions: textsOf(raw.Action) }),
    ...(raw.NotAction === undefined ? {} : { notActions: textsOf(raw.NotAction) }),
    ...(raw.Resource === undefined ? {} : { resources: textsOf(raw.Resource) }),
    ...(raw.NotResource === undefined ? {} : { notResources: textsOf(raw.NotResource) }),
    conditions: conditionsOf(where, raw.Condition),
  };
}

function principalsOf(where: string, given: unknown): Principals {
  if (given === '*') return '*';
  const { AWS, Service: _, Federated: __, CanonicalUser: ___, ...more } = asJson(given, where);
  const [unknown] = Object.keys(more);
  if (unknown !== undefined)
    throw refused(where, `there are no principals of ${unknown}`, 'write AWS or Service');
  // Services, other identities and other accounts' users are nobody here.
  return AWS === undefined ? [] : textsOf(AWS);
}

function conditionsOf(where: string, given: unknown): Condition[] {
  if (given === undefined) return [];
  return Object.entries(asJson(given, where)).flatMap(([written, keys]) => {
    const [, over, name = '', ifExists] =
      /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
    if (name !== 'Null' && !operators.has(name)) {
      throw refused(where, `the twin does not know the operator ${written}`, 'use one of IAM’s');
    }
    return Object.entries(asJson(keys, where)).map(
      ([key, values]): Condition => ({
        operator: name,
        ...(over === undefined ? {} : { over: over as NonNullable<Condition['over']> }),
        ...(ifExists === undefined ? {} : { ifExists: true }),
        key,
        values: textsOf(values),
      }),
    );
  });
}

const listOf = (given: unknown): readonly unknown[] =>
  Array.isArray(given) ? given : given === undefined ? [] : [given];

const textsOf = (given: unknown): string[] => listOf(given).map(String);

function asJson(given: unknown, where: string): Json {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Json;
  throw refused(where, `${JSON.stringify(given)} is no object`, 'write a policy as IAM has it');
}

const refused = (where: string, message: string, fix: string): LabError =>
  new LabError({ where, message, fix });
