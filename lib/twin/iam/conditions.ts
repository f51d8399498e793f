import { isKnownKey } from './known-keys.ts';
import { operators } from './operators.ts';
import type { Condition, RequestContext } from './types.ts';
import { asLiteral, filled } from './variables.ts';

/** Whether a condition holds; `unknown` where nobody could say: a key or a variable that the twin does not know. */
export type Holds = 'yes' | 'no' | 'unknown';

/** Of all conditions of a statement. One that does not hold decides, whatever the others are. */
export function holdAll(conditions: readonly Condition[], context: RequestContext): Holds {
  const each = conditions.map(condition => holds(condition, context));
  return each.includes('no') ? 'no' : each.includes('unknown') ? 'unknown' : 'yes';
}

export function holds(condition: Condition, context: RequestContext): Holds {
  const { key, operator, over, ifExists, values } = condition;
  if (!isKnownKey(key)) return 'unknown';
  const found = context[key.toLowerCase()];
  const given = found === undefined ? [] : typeof found === 'string' ? [found] : found;
  const isThere = found !== undefined && given.length > 0;
  if (operator === 'Null') return asHolds(values.some(each => each.toLowerCase() === String(!isThere)));
  const { compare, isNegated = false } = operators.get(operator)!;
  if (!isThere) {
    // None of the values of a key that is not there is one of them; and where it is not there, it holds: IAM's guide says both.
    if (over === 'ForAnyValue') return ifExists ? 'unknown' : 'no';
    return asHolds(ifExists === true || over === 'ForAllValues' || isNegated);
  }
  // Of a key with several values a plain operator says nothing.
  if (over === undefined && given.length > 1) return 'unknown';
  const wanted = values.map(value => filled(value, context));
  if (wanted.includes(undefined)) return 'unknown';
  const passes = (value: string): boolean =>
    wanted.some(each => compare(asLiteral(value), each!)) !== isNegated;
  return asHolds(over === 'ForAllValues' ? given.every(passes) : given.some(passes));
}

const asHolds = (is: boolean): Holds => (is ? 'yes' : 'no');
