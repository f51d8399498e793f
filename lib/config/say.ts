import { suggest } from '../contract/workload/suggest.ts';

/** Remembers a problem of the configuration: where it is, what is wrong, how to mend it. */
export type Say = (where: string, message: string, fix?: string) => void;

export function whole(where: string, value: number, least: number, most: number, say: Say): void {
  if (!Number.isInteger(value) || value < least || value > most)
    say(
      where,
      `${typeof value === 'number' ? value : JSON.stringify(value)} is not a whole number from ${least} to ${most}`,
    );
}

export function unknownFields(value: object, known: readonly string[], prefix: string, say: Say): void {
  for (const name of Object.keys(value))
    unknownName(name, known, `${prefix}${name}`, 'is not understood', say);
}

export function unknownName(
  name: string,
  known: readonly string[],
  where: string,
  message: string,
  say: Say,
): void {
  if (known.includes(name)) return;
  const near = suggest(name, known);
  say(where, message, near ? `did you mean ${near}?` : `there are: ${known.join(', ') || 'none'}`);
}

export function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
