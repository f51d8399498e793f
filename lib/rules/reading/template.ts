import type { Architecture } from '../../contract/workload/workload.ts';
import { resolve, type Scope } from './resolve.ts';
import { type Fields, fields, isReference, secret, text, type Value } from './value.ts';

/** A CloudFormation template as rules see it. */
export interface Template {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Architecture by the tag of an image that CDK builds, where its assets file says it. */
  readonly imageArchitectures: ReadonlyMap<string, Architecture>;
}

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Fields;
  readonly metadata: Fields;
  /** Logical ids that it names in DependsOn. */
  readonly dependsOn: readonly string[];
}

/**
 * Reads any template (the parsed JSON). What is no object where CloudFormation wants one is passed over: telling that is
 * CloudFormation's and cfn-lint's, and ours is to never break on it.
 */
export function readTemplate(
  json: unknown,
  imageArchitectures: ReadonlyMap<string, Architecture> = new Map(),
): Template {
  const root = object(json);
  const found = Object.entries(object(root.Resources)).filter(
    ([, each]) => typeof object(each).Type === 'string',
  );
  const scope: Scope = {
    resources: new Set(found.map(([id]) => id)),
    parameters: new Map(
      Object.entries(object(root.Parameters)).flatMap(([name, each]) => {
        const value = parameterDefault(name, object(each));
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    mappings: object(root.Mappings),
  };
  const resources = found.map(([id, raw]): [string, Resource] => {
    const { Type, Properties, Metadata, DependsOn } = object(raw);
    return [
      id,
      {
        id,
        type: Type as string,
        properties: fields(resolve(Properties, scope)),
        metadata: fields(resolve(Metadata, scope)),
        dependsOn: [DependsOn].flat().filter(each => typeof each === 'string'),
      },
    ];
  });
  return { resources: new Map(resources), imageArchitectures };
}

/** What a parameter is when a deployment says nothing. Values from Parameter Store are not in the template. */
function parameterDefault(name: string, parameter: Record<string, unknown>): Value | undefined {
  const { Type, Default, NoEcho } = parameter;
  if (typeof Type !== 'string' || Type.startsWith('AWS::SSM::')) return undefined;
  if (NoEcho === true || NoEcho === 'true') return secret(name);
  if (typeof Default !== 'string' && typeof Default !== 'number') return undefined;
  // An empty default is a person's to fill.
  if (Default === '') return undefined;
  return /^(CommaDelimitedList|List<)/.test(Type)
    ? String(Default)
        .split(',')
        .map(each => each.trim())
    : Default;
}

export const ofType = (template: Template, type: string): readonly Resource[] =>
  [...template.resources.values()].filter(each => each.type === type);

/**
 * The resource that a value stands for: a reference, or the name or ARN that a resource of the type gives itself.
 * `undefined` is a thing outside of the template, or one that cannot be known.
 */
export function target(
  template: Template,
  value: Value | undefined,
  type: string,
  nameProperty?: string,
): Resource | undefined {
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
  template: Template,
  values: readonly Value[] | undefined,
  type: string,
): readonly Resource[] | undefined {
  const found = values?.map(each => target(template, each, type));
  return found?.every(each => each !== undefined) ? (found as Resource[]) : undefined;
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
