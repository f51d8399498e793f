import type { LedgerRow } from './ledger.ts';

/** Items that failed for the same reason. */
export interface FailureGroup {
  readonly exitCode?: number;
  readonly reason: string;
  readonly names: readonly string[];
}

/** Failed items by exit code and reason, the largest group first: 3 groups to read instead of 10,000 rows. */
export function failureGroups(rows: Iterable<LedgerRow>): readonly FailureGroup[] {
  const groups = new Map<string, { exitCode?: number; reason: string; names: string[] }>();
  for (const row of rows) {
    if (row.state !== 'failed') continue;
    const reason = row.reason ?? 'no reason given';
    const shape = `${row.exitCode} ${shapeOf(reason, row.name)}`;
    const group = groups.get(shape) ?? {
      ...(row.exitCode === undefined ? {} : { exitCode: row.exitCode }),
      reason,
      names: [],
    };
    group.names.push(row.name);
    groups.set(shape, group);
  }
  return [...groups.values()].sort((a, b) => b.names.length - a.names.length);
}

/** A text without what differs from item to item and says nothing about the cause: instances, addresses, numbers, the item's own name. */
export function shapeOf(reason: string, name: string): string {
  const escaped = name.replace(/[^A-Za-z0-9]/g, '\\$&');
  // As a word of its own: item 6 is not the 6 of a date.
  const own = new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g');
  const withoutIds = reason
    .replace(/\bi-[0-9a-f]{8,17}\b/g, 'i-#')
    .replace(/\b0x[0-9a-f]+\b/gi, '0x#')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#');
  return (/^\d+$/.test(name) ? withoutIds : withoutIds.replace(own, '<item>')).replace(/\d+/g, '#');
}
