import { BlockList, isIP } from 'node:net';
import { matchesArn, matchesWildcards } from './wildcards.ts';

/** Whether a request's value is what one of a policy's says. */
export type Compare = (given: string, wanted: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** It holds where no value of the policy is the request's, and where the key is absent. */
  readonly isNegated?: true;
}

const equals: Compare = (given, wanted) => given === wanted;
const sameLetters: Compare = (given, wanted) => given.toLowerCase() === wanted.toLowerCase();
const like: Compare = (given, wanted) => matchesWildcards(wanted, given);
const arnLike: Compare = (given, wanted) => matchesArn(wanted, given);
const bool: Compare = (given, wanted) =>
  /^(true|false)$/i.test(wanted) && given.toLowerCase() === wanted.toLowerCase();

const numbers =
  (compare: (a: number, b: number) => boolean): Compare =>
  (given, wanted) =>
    isNumber(given) && isNumber(wanted) && compare(Number(given), Number(wanted));

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

/** ISO 8601, or seconds since 1970. */
const dates =
  (compare: (a: number, b: number) => boolean): Compare =>
  (given, wanted) => {
    const [a, b] = [timeOf(given), timeOf(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };

const timeOf = (text: string): number => (isNumber(text) ? Number(text) * 1000 : Date.parse(text));

const inRange: Compare = (given, wanted) => {
  const [address = '', bits] = wanted.split('/');
  const [family, own] = [isIP(address), isIP(given)];
  if (family === 0 || own !== family) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const most = family === 6 ? 128 : 32;
  const length = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(length) || length < 0 || length > most) return false;
  const list = new BlockList();
  list.addSubnet(address, length, kind);
  return list.check(given, kind);
};

const both = (name: string, not: string, compare: Compare): [string, Operator][] => [
  [name, { compare }],
  [not, { compare, isNegated: true }],
];

/** Every operator but Null, by its name without ForAllValues:, ForAnyValue: and IfExists. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...both('StringEquals', 'StringNotEquals', equals),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', sameLetters),
  ...both('StringLike', 'StringNotLike', like),
  ...both('ArnEquals', 'ArnNotEquals', arnLike),
  ...both('ArnLike', 'ArnNotLike', arnLike),
  ...both(
    'NumericEquals',
    'NumericNotEquals',
    numbers((a, b) => a === b),
  ),
  ['NumericLessThan', { compare: numbers((a, b) => a < b) }],
  ['NumericLessThanEquals', { compare: numbers((a, b) => a <= b) }],
  ['NumericGreaterThan', { compare: numbers((a, b) => a > b) }],
  ['NumericGreaterThanEquals', { compare: numbers((a, b) => a >= b) }],
  ...both(
    'DateEquals',
    'DateNotEquals',
    dates((a, b) => a === b),
  ),
  ['DateLessThan', { compare: dates((a, b) => a < b) }],
  ['DateLessThanEquals', { compare: dates((a, b) => a <= b) }],
  ['DateGreaterThan', { compare: dates((a, b) => a > b) }],
  ['DateGreaterThanEquals', { compare: dates((a, b) => a >= b) }],
  ['Bool', { compare: bool }],
  ['BinaryEquals', { compare: equals }],
  ...both('IpAddress', 'NotIpAddress', inRange),
]);
