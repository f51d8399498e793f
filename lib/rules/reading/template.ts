import type { Architecture } from '../../contract/workload/workload.ts';
import type { ConditionWorld } from './conditions.ts';
import { once } from './once.ts';
import { referencesIn } from './references.ts';
import { type ResolveScope, resolve } from './resolve.ts';
import { object } from './template-json.ts';
import { type Fields, fields, given, isReference, secret, text, unknown, type Value } from './value.ts';

/** A CloudFormation template as rules see it. */
export interface RuleTemplate {
  readonly resources: ReadonlyMap<string, RuleResource>;
  /** Architecture by the tag of an image that CDK builds, where its assets file says it. */
  readonly imageArchitectures: ReadonlyMap<string, Architecture>;
}

export interface RuleResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Fields;
  readonly metadata: Fields;
  /** Logical ids that it names in DependsOn. */
  readonly dependsOn: readonly string[];
  /** Logical ids that its properties refer to, in whichever branch. */
  readonly refersTo: ReadonlySet<string>;
}

/**
 * Reads any template (the parsed JSON), as it is where conditions turn out in one way. What is no object where
 * CloudFormation wants one is passed over: telling that is CloudFormation's and cfn-lint's, and ours is to never break on it.
 */
export function readRuleTemplate(
  json: unknown,
  imageArchitectures: ReadonlyMap<string, Architecture> = new Map(),
  world: ConditionWorld = new Map(),
): RuleTemplate {
  const root = object(json);
  const found = Object.entries(object(root.Resources)).filter(([, each]) => {
    const { Type, Condition } = object(each);
    return typeof Type === 'string' && (typeof Condition !== 'string' || world.get(Condition) !== false);
  });
  const ids = new Set(found.map(([id]) => id));
  const scope: ResolveScope = {
    resources: ids,
    parameters: new Map(
      Object.entries(object(root.Parameters)).map(([name, each]) => [
        name,
        parameterValue(name, object(each)),
      ]),
    ),
    mappings: object(root.Mappings),
    world,
  };
  const resources = found.map(([id, raw]): [string, RuleResource] => {
    const { Type, Properties, Metadata, DependsOn } = object(raw);
    return [
      id,
      {
        id,
        type: Type as string,
        properties: fields(resolve(Properties, scope)),
        metadata: fields(resolve(Metadata, scope)),
        dependsOn: [DependsOn].flat().filter(each => typeof each === 'string'),
        refersTo: referencesIn(Properties, ids),
      },
    ];
  });
  return { resources: new Map(resources), imageArchitectures };
}

/** What a parameter is when a deployment says nothing. Values from Parameter Store are not in the template. */
function parameterValue(name: string, parameter: Readonly<Record<string, unknown>>): Value {
  const { Type, Default, NoEcho } = parameter;
  if (typeof Type !== 'string') return unknown;
  if (Type.startsWith('AWS::SSM::')) return given(name, typeof Default === 'string' ? Default : undefined);
  if (NoEcho === true || NoEcho === 'true') return secret(name);
  if (typeof Default !== 'string' && typeof Default !== 'number') return given(name);
  // An empty default is a person's to fill.
  if (Default === '') return unknown;
  return /^(CommaDelimitedList|List<)/.test(Type)
    ? String(Default)
        .split(',')
        .map(each => each.trim())
    : Default;
}

export const ofType = (template: RuleTemplate, type: string): readonly RuleResource[] =>
  byType(template).get(type) ?? [];

const byType = once((template: RuleTemplate) => Map.groupBy(template.resources.values(), each => each.type));

/**
 * The resource that a value stands for: a reference, or the name or ARN that a resource of the type gives itself.
 * `undefined` is a thing outside of the template, or one that cannot be known.
 */
export function target(
  template: RuleTemplate,
  value: Value | undefined,
  type: string,
  nameProperty?: string,
): RuleResource | undefined {
  if (isReference(value)) {
    const found = template.resources.get(value.id);
    return found?.type === type ? found : undefined;
  }
  const name = text(value)?.split('/').at(-1);
  if (!name || !nameProperty) return undefined;
  return ofType(template, type).find(each => text(each.properties[nameProperty]) === name);
}

/** The resources of a list of values; undefined when one of them is not in the template. */
export function targets(
  template: RuleTemplate,
  values: readonly Value[] | undefined,
  type: string,
): readonly RuleResource[] | undefined {
  const found = values?.map(each => target(template, each, type));
  return found?.every(each => each !== undefined) ? (found as RuleResource[]) : undefined;
}
