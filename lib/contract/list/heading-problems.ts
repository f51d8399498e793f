import type { Problem } from '../workload/errors.ts';
import { counted } from '../workload/number-text.ts';
import { nameRank } from './column-words.ts';
import type { ListRecord, ListRecords } from './read-records.ts';

/** Why it is not certain which column names items, and what says so. */
export function noHeading(
  first: ListRecord,
  where: string,
  one: string,
  wide: number,
  records: readonly ListRecord[] = [],
): Problem {
  if (records.length === 1)
    return {
      where,
      message: `is the only line, and has ${counted(wide, 'field')}: ${listed(first.fields)}`,
      fix: `write one ${one} a line; where it is a heading, --column NAME and lines below it`,
    };
  if (records.length === 0 || looksLikeTheNext(records))
    return {
      where,
      message: `${listed(first.fields)} may be a ${one} already: no heading there is known to name one`,
      fix: '--no-header if it is (--column 2 for another column than the first), or write a heading line',
    };
  return {
    where,
    message: `none of the columns ${listed(first.fields)} is known to name a ${one}`,
    fix: `--column NAME says which (--column A,B joins two); --no-header if line ${first.line} is a ${one} already`,
  };
}

/** Digits as 9, letters as a: `sub-01` and `sub-120` are alike. */
const shape = (text: string): string => text.replace(/\d+/g, '9').replace(/\p{Letter}+/gu, 'a');

/** Whether the first line is made as the second is, with a number in it somewhere. */
export function looksLikeTheNext([first, second]: readonly ListRecord[]): boolean {
  if (!first || !second) return false;
  return (
    first.fields.some(field => /\d/.test(field)) &&
    first.fields.every((field, index) => shape(field) === shape(second.fields[index] ?? ''))
  );
}

/** A first line that is unlike all others may be a heading that nobody knows. */
export function headingLike(records: ListRecords, where: string, one: string): Problem | undefined {
  let first: string | undefined;
  let second = '';
  let more = 0;
  let areAsLong = true;
  let areAlike = true;
  for (const { fields } of records) {
    const name = fields[0]!;
    if (first === undefined) {
      first = name;
      continue;
    }
    if (more++ === 0) second = name;
    areAsLong &&= name.split(/\s+/).length >= first.split(/\s+/).length;
    areAlike &&= shape(name) === shape(second);
    if (!areAsLong && !areAlike) break;
  }
  const words = first!.split(/\s+/);
  const known = words.some(word => /[_A-Z]/.test(word) && nameRank(word, one) !== undefined);
  if (words.length > 1 && known && areAsLong)
    return {
      where,
      message: `${JSON.stringify(first)} looks like a heading of columns that are separated by blanks`,
      fix: "separate them by tabs: tr -s ' ' '\\t'; or --no-header where it is a name",
    };
  if (more < 2 || /\d|^.$/u.test(first!) || !areAlike || !/\d/.test(second)) return undefined;
  return {
    where,
    message: `${JSON.stringify(first)} looks like a heading of the ${counted(more, 'line')} below`,
    fix: `--column ${quoted(first!)} if it is, --no-header if it is a ${one}`,
  };
}

const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : JSON.stringify(text));

/** Fields in a sentence. */
export function listed(fields: readonly string[]): string {
  const some = fields.slice(0, 6).map(field => (field === '' ? '(none)' : field));
  return `${some.join(', ')}${fields.length > 6 ? `, … (${fields.length})` : ''}`;
}
