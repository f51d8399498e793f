import { LabError } from '../../contract/workload/errors.ts';
import { itemStates } from '../../ledger/entries.ts';
import type { Ledger, LedgerRow, StepCounts } from '../../ledger/ledger.ts';
import { numberText } from './output.ts';

/** An item of the run, or of one of its steps. */
export type StatusRow = Omit<LedgerRow, 'steps'> & { readonly of?: string };

/** The items of a step, its own where it has such. */
export function rowsOfStep({ entries }: Ledger, step: string): readonly StatusRow[] {
  const found = entries.find(each => each.name === step);
  if (!found)
    throw new LabError({
      where: '--step',
      message: `the run has no step ${JSON.stringify(step)}`,
      fix: `its steps: ${entries.map(each => each.name).join(', ')}`,
    });
  return [...found.entries.values()].map(({ item, lane: _lane, ...entry }) => ({
    name: item.name,
    ...(item.of === undefined ? {} : { of: item.of }),
    ...(item.labels ? { labels: item.labels } : {}),
    step,
    ...entry,
  }));
}

/** `archive 5/6, 1 failed`. */
export function stepText({ step, items, counts }: StepCounts): string {
  const well = counts.done + counts.partial;
  const rest = itemStates
    .filter(state => state !== 'done' && counts[state] > 0)
    .map(state => `, ${numberText(counts[state])} ${state}`);
  return `${step} ${numberText(well)}/${numberText(items)}${rest.join('')}`;
}
