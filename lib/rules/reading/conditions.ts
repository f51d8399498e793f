import { isObject } from './template-json.ts';

/** Three-valued: what a deployment decides is undefined. */
type Truth = boolean | undefined;

/** One way in which a template's conditions can turn out, by name. */
export type ConditionWorld = ReadonlyMap<string, boolean>;

/** More of them than these are not all looked at: then each condition is turned once. */
const mostWorlds = 64;

/**
 * The ways in which conditions that something depends on can turn out. What parameters' defaults decide has one way; a
 * parameter without a default may be each of the texts it is compared with, or none of them, and so may pseudo parameters.
 * Names that no condition has are free: each way is looked at.
 */
export function worldsOf(root: Readonly<Record<string, unknown>>): readonly ConditionWorld[] {
  const conditions = isObject(root.Conditions) ? root.Conditions : {};
  const defaults = defaultsOf(root.Parameters);
  const used = [...usedConditions(root.Resources, new Set())].sort();
  const free = freeTerms(used, conditions, defaults);
  const found = new Map<string, ConditionWorld>();
  for (const assignment of assignments(free)) {
    const world = new Map(
      used.map(name => [
        name,
        evaluate({ Condition: name }, { conditions, defaults, assignment, seen: [] }) ?? false,
      ]),
    );
    found.set(JSON.stringify([...world]), world);
  }
  return [...found.values()];
}

/** What a finding says of the ways in which it holds; empty where it holds in all. */
export function whereOf(holds: readonly ConditionWorld[], all: readonly ConditionWorld[]): string {
  if (holds.length === all.length) return '';
  const names = [...all[0]!.keys()];
  for (const name of names)
    for (const value of [true, false]) {
      const same = all.filter(world => world.get(name) === value);
      if (same.length === holds.length && same.every(world => holds.includes(world)))
        return ` (where ${name} is ${value})`;
    }
  const differing = names.filter(name => all.some(world => world.get(name) !== all[0]!.get(name)));
  return ` (where ${differing.map(name => `${name} is ${holds[0]!.get(name)}`).join(' and ')})`;
}

/** Names of conditions that resources or intrinsics depend on. */
function usedConditions(value: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const each of value) usedConditions(each, found);
  if (!isObject(value)) return found;
  const choice = value['Fn::If'];
  if (Array.isArray(choice) && typeof choice[0] === 'string') found.add(choice[0]);
  if (typeof value.Type === 'string' && typeof value.Condition === 'string') found.add(value.Condition);
  for (const each of Object.values(value)) usedConditions(each, found);
  return found;
}

function defaultsOf(parameters: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(isObject(parameters) ? parameters : {}).flatMap(([name, each]) => {
      const { Type, Default } = isObject(each) ? each : {};
      const isStored = typeof Type === 'string' && Type.startsWith('AWS::SSM::');
      return !isStored && ['string', 'number', 'boolean'].includes(typeof Default)
        ? [[name, String(Default)] as const]
        : [];
    }),
  );
}

/** A term that a deployment decides, and the texts that it may be; `other` is any text but these. */
type Free = ReadonlyMap<string, ReadonlySet<string>>;
const other = '\uFFFC';

interface Scope {
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly defaults: ReadonlyMap<string, string>;
  readonly assignment: ReadonlyMap<string, string>;
  /** Conditions on the way here: one that names itself decides nothing. */
  readonly seen: readonly string[];
}

function freeTerms(
  used: readonly string[],
  conditions: Scope['conditions'],
  defaults: Scope['defaults'],
): Free {
  const free = new Map<string, Set<string>>();
  const add = (term: string, texts: readonly string[]): void => {
    free.set(term, new Set([...(free.get(term) ?? []), ...texts]));
  };
  const walk = (value: unknown, seen: readonly string[]): void => {
    if (!isObject(value)) return;
    const { Condition: name, 'Fn::Equals': pair } = value;
    if (typeof name === 'string' && !seen.includes(name)) {
      if (Object.hasOwn(conditions, name)) walk(conditions[name], [...seen, name]);
      else add(`condition ${name}`, ['true']);
    }
    for (const each of [value['Fn::And'], value['Fn::Or'], value['Fn::Not']].flat()) walk(each, seen);
    if (!Array.isArray(pair)) return;
    const texts = pair.map(each => known(each, defaults));
    for (const [at, each] of texts.entries())
      if (each === undefined) add(term(pair[at]), texts.filter(one => one !== undefined) as string[]);
  };
  for (const name of used) walk({ Condition: name }, []);
  return free;
}

function* assignments(free: Free): Iterable<ReadonlyMap<string, string>> {
  const choices = [...free].map(([name, texts]) => [name, [other, ...texts]] as const);
  const base = new Map(choices.map(([name]) => [name, other]));
  if (choices.reduce((product, [, texts]) => product * texts.length, 1) > mostWorlds) {
    yield base;
    for (const [name, texts] of choices)
      for (const text of texts.slice(1)) yield new Map([...base, [name, text]]);
    return;
  }
  function* from(at: number, chosen: readonly (readonly [string, string])[]): Iterable<Map<string, string>> {
    const next = choices[at];
    if (!next) yield new Map(chosen);
    else for (const text of next[1]) yield* from(at + 1, [...chosen, [next[0], text] as const]);
  }
  yield* from(0, []);
}

function evaluate(value: unknown, scope: Scope): Truth {
  if (!isObject(value)) return undefined;
  const { Condition: name, 'Fn::And': and, 'Fn::Or': or, 'Fn::Not': not, 'Fn::Equals': pair } = value;
  if (typeof name === 'string') {
    if (scope.seen.includes(name)) return undefined;
    return Object.hasOwn(scope.conditions, name)
      ? evaluate(scope.conditions[name], { ...scope, seen: [...scope.seen, name] })
      : scope.assignment.get(`condition ${name}`) === 'true';
  }
  if (Array.isArray(pair)) return equal(pair, scope);
  const all = [and, or, not].flat().filter(each => each !== undefined);
  const truths = all.map(each => evaluate(each, scope));
  if (not !== undefined) return truths[0] === undefined ? undefined : !truths[0];
  const decisive = or !== undefined;
  if (truths.includes(decisive)) return decisive;
  return truths.includes(undefined) || truths.length === 0 ? undefined : !decisive;
}

function equal(pair: readonly unknown[], { defaults, assignment }: Scope): Truth {
  const [left, right] = pair.map(each => known(each, defaults) ?? assignment.get(term(each)));
  // Two things that are both anything else may still be one.
  return left === other && right === other ? undefined : left === right;
}

/** A text that the template alone tells. */
function known(value: unknown, defaults: Scope['defaults']): string | undefined {
  if (isObject(value)) return typeof value.Ref === 'string' ? defaults.get(value.Ref) : undefined;
  return typeof value === 'object' || value === undefined ? undefined : String(value);
}

const term = (value: unknown): string => JSON.stringify(value) ?? '';
