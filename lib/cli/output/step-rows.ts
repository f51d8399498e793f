import { LabError } from '../../contract/workload/errors.ts';
import { type Entry, itemStates } from '../../ledger/entries.ts';
import type { Ledger, LedgerRow, StepCounts } from '../../ledger/ledger.ts';
import type { StepView } from '../../ledger/step-view.ts';
import { numberText } from './output.ts';

/** An item of the run, or of one of its steps. */
export type StatusRow = Omit<LedgerRow, 'steps'> & { readonly of?: string };

/** A step of the run. Throws LabError where it has none of that name. */
export function stepNamed({ entries }: Ledger, step: string): StepView {
  const found = entries.find(each => each.name === step);
  if (found) return found;
  throw new LabError({
    where: '--step',
    message: `the run has no step ${JSON.stringify(step)}`,
    fix: `its steps: ${entries.map(each => each.name).join(', ')}`,
  });
}

/** The items of a step, its own where it has such. */
export const rowsOfStep = (ledger: Ledger, step: string): readonly StatusRow[] =>
  Array.from(stepNamed(ledger, step), entry => stepRow(step, entry));

export function stepRow(step: string, { item, lane: _lane, ...entry }: Entry): StatusRow {
  return {
    name: item.name,
    ...(item.of === undefined ? {} : { of: item.of }),
    ...(item.labels ? { labels: item.labels } : {}),
    step,
    ...entry,
  };
}

/** `archive 5/6, 1 failed`. */
export function stepText({ step, items, counts }: StepCounts): string {
  const well = counts.done + counts.partial;
  const rest = itemStates
    .filter(state => state !== 'done' && counts[state] > 0)
    .map(state => `, ${numberText(counts[state])} ${state}`);
  return `${step} ${numberText(well)}/${numberText(items)}${rest.join('')}`;
}
