import type { ConditionWorld } from './conditions.ts';
import {
  encoded,
  hole,
  holed,
  list,
  number,
  partialText,
  reference,
  text,
  unknown,
  type Value,
} from './value.ts';

/** What a template's values may refer to. */
export interface ResolveScope {
  readonly resources: ReadonlySet<string>;
  /** Defaults of parameters; one without is there, and not known. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly mappings: Readonly<Record<string, unknown>>;
  /** How the conditions turn out. */
  readonly world: ConditionWorld;
}

/** A value of a template with its intrinsics resolved; undefined for what stands for AWS::NoValue. */
export function resolve(raw: unknown, scope: ResolveScope): Value | undefined {
  if (Array.isArray(raw))
    return raw.map(each => resolve(each, scope)).filter((each): each is Value => each !== undefined);
  if (typeof raw !== 'object' || raw === null) return raw as Value;
  const entries = Object.entries(raw);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::')))
    return intrinsic(only[0], only[1], scope);
  const result: Record<string, Value> = {};
  for (const [key, each] of entries) {
    const value = resolve(each, scope);
    if (value === undefined) continue;
    // By assignment alone it would be the object's prototype.
    if (key === '__proto__')
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    else result[key] = value;
  }
  return result;
}

function intrinsic(name: string, argument: unknown, scope: ResolveScope): Value | undefined {
  switch (name) {
    case 'Ref':
      return ref(word(argument), scope);
    case 'Fn::GetAtt':
      return attribute(Array.isArray(argument) ? argument.map(word).join('.') : word(argument), scope);
    case 'Fn::Join':
      return join(argument, scope);
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Select':
      return select(argument, scope);
    case 'Fn::Split':
      return split(argument, scope);
    case 'Fn::FindInMap':
      return findInMap(argument, scope);
    case 'Fn::If':
      return either(argument, scope);
    case 'Fn::Base64':
      return encoded(resolve(argument, scope) ?? unknown);
    default:
      return unknown;
  }
}

/** A name in an intrinsic; an attribute may itself be an intrinsic, which no name is. */
const word = (value: unknown): string => (typeof value === 'string' ? value : '');

function ref(name: string, scope: ResolveScope): Value | undefined {
  if (name === 'AWS::NoValue') return undefined;
  if (scope.resources.has(name)) return reference(name);
  return scope.parameters.get(name) ?? unknown;
}

function attribute(path: string, scope: ResolveScope): Value {
  const [id = '', ...rest] = path.split('.');
  return scope.resources.has(id) ? reference(id, rest.join('.')) : unknown;
}

function join(argument: unknown, scope: ResolveScope): Value {
  const [separator, parts] = Array.isArray(argument) ? argument : [];
  const resolved = list(resolve(parts, scope));
  if (typeof separator !== 'string' || !resolved) return unknown;
  return concatenate(
    resolved.length === 1 ? resolved : resolved.flatMap((each, i) => (i ? [separator, each] : [each])),
  );
}

function substitute(argument: unknown, scope: ResolveScope): Value {
  const [template, own] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string') return unknown;
  const parts: Value[] = [];
  let end = 0;
  for (const found of template.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    if (found.index > end) parts.push(template.slice(end, found.index));
    end = found.index + found[0].length;
    const name = found[2]!.trim();
    if (found[1]) parts.push(`\${${name}}`);
    else if (typeof own === 'object' && own !== null && Object.hasOwn(own, name))
      parts.push(resolve((own as Record<string, unknown>)[name], scope) ?? unknown);
    else parts.push((name.includes('.') ? attribute(name, scope) : ref(name, scope)) ?? unknown);
  }
  if (end < template.length) parts.push(template.slice(end));
  return concatenate(parts);
}

/** One text; a single part stays what it is, so that `${Resource}` is the reference that it means. */
function concatenate(parts: readonly Value[]): Value {
  if (parts.length === 1) return parts[0]!;
  const joined = parts.map(each => partialText(each) ?? hole).join('');
  return joined.includes(hole) ? holed(joined) : joined;
}

function select(argument: unknown, scope: ResolveScope): Value | undefined {
  const [index, from] = Array.isArray(argument) ? argument : [];
  const at = number(resolve(index, scope));
  const found = list(resolve(from, scope));
  return at === undefined || !found ? unknown : (found[at] ?? unknown);
}

function split(argument: unknown, scope: ResolveScope): Value {
  const [separator, from] = Array.isArray(argument) ? argument : [];
  const whole = text(resolve(from, scope));
  return typeof separator === 'string' && separator !== '' && whole !== undefined
    ? whole.split(separator)
    : unknown;
}

function findInMap(argument: unknown, scope: ResolveScope): Value | undefined {
  if (!Array.isArray(argument)) return unknown;
  let found: unknown = scope.mappings;
  for (const raw of argument.slice(0, 3)) {
    const key = text(resolve(raw, scope));
    if (key === undefined || typeof found !== 'object' || found === null || !Object.hasOwn(found, key))
      return unknown;
    found = (found as Record<string, unknown>)[key];
  }
  return resolve(found, scope);
}

/** The branch of the world that is looked at. */
function either(argument: unknown, scope: ResolveScope): Value | undefined {
  const [name, yes, no] = Array.isArray(argument) ? argument : [];
  const truth = typeof name === 'string' ? scope.world.get(name) : undefined;
  return truth === undefined ? unknown : resolve(truth ? yes : no, scope);
}
