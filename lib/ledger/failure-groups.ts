import type { LedgerRow } from './ledger.ts';

/** Items that failed for the same reason. */
export interface FailureGroup {
  readonly exitCode?: number;
  readonly reason: string;
  readonly names: readonly string[];
}

/** Failed items by exit code and reason, the largest group first: 3 groups to read instead of 10,000 rows. */
export function failureGroups(rows: readonly LedgerRow[]): readonly FailureGroup[] {
  const groups = new Map<string, { exitCode?: number; reason: string; names: string[] }>();
  for (const row of rows) {
    if (row.state !== 'failed') continue;
    const reason = row.reason ?? 'no reason given';
    // Numbers, ids and the item's own name differ from item to item and say nothing about the cause.
    const shape = `${row.exitCode} ${reason.replaceAll(row.name, '<item>').replace(/\d+/g, '#')}`;
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
