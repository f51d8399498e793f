import type { RunSummary } from '../../lib/contract/run/summary.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { gigabytes } from './prices.ts';

/** What the plates of a run come to together; of each, `lab status --json` has it. */
type Report = (items: readonly Item[], summary: RunSummary) => readonly string[];

export const reportProven: Report = (_items, summary) => {
  const [objects, bytes] = factsOf(summary, 'verify', ['objects', 'bytes']);
  return objects === 0 ? [] : [`${counted(objects, 'object')}, ${gigabytes(bytes)}, proven`];
};

export const reportDeleted: Report = (_items, summary) => {
  const facts = ['deleted', 'gone', 'kept, changed', 'kept, added'] as const;
  const [deleted, gone, changed, added] = factsOf(summary, 'delete', facts);
  return [
    `${counted(deleted, 'object')} deleted${gone > 0 ? `, ${number(gone)} gone before` : ''}`,
    ...(changed + added > 0
      ? [
          `${number(changed)} kept that changed and ${number(added)} that came since the archive: lab logs --step delete names them`,
        ]
      : []),
  ];
};

export const reportRestored: Report = (_items, summary) => {
  const facts = ['restored', 'there already', 'kept', 'damaged'] as const;
  const [restored, there, kept, damaged] = factsOf(summary, 'restore', facts);
  return [
    `${counted(restored, 'object')} restored and compared, ${number(there)} there already${kept > 0 ? `, ${number(kept)} kept, for something else is at its place` : ''}${damaged > 0 ? `, ${number(damaged)} damaged in the archive` : ''}`,
  ];
};

export const reportDestroyed: Report = (_items, summary) => {
  const [versions, bytes] = factsOf(summary, 'destroy', ['versions destroyed', 'bytes destroyed']);
  return versions === 0 ? [] : [`${counted(versions, 'version')}, ${gigabytes(bytes)}, destroyed`];
};

/** Sums of facts over a step's items, each by its newest record. */
function factsOf<const N extends readonly string[]>(
  { records }: RunSummary,
  step: string,
  names: N,
): { [I in keyof N]: number } {
  const newest = new Map(
    records
      .filter(record => record.step === step)
      .flatMap(({ items = [] }) => items)
      .map(item => [item.name, item.facts]),
  );
  return names.map(name =>
    [...newest.values()].reduce((sum, facts) => sum + Number(facts?.[name] ?? 0), 0),
  ) as { [I in keyof N]: number };
}

const number = (value: number): string => value.toLocaleString('en-US');
