import type { Edge } from '../contract/workload/workload.ts';
import { type Entry, type ItemState, isWell } from './entries.ts';
import type { ItemList } from './items/item-list.ts';
import type { RoundStep } from './look/round-step.ts';
import { perItem, StepView, wellCode } from './step-view.ts';

/** What a step has to say of one of the run's items: it alone, its parts, or the whole run. */
export interface StepRow extends Omit<Entry, 'item'> {
  readonly step: string;
  /** Of a step with items of its own. */
  readonly parts?: { readonly total: number; readonly done: number; readonly failed: readonly string[] };
}

/**
 * The steps of a run, with what was done before its input was done anew taken for not done: what ran after an `ended` edge
 * is done again once its input is. In the first round's order, each after those it depends on.
 */
export function stepViews(
  parts: readonly RoundStep[],
  items: ItemList,
  edges: (step: string) => readonly Edge[],
): readonly StepView[] {
  const byName = Map.groupBy(parts, part => part.step.name);
  const steps: StepView[] = [];
  const rounds = new Set(parts.map(part => part.plan.round));
  for (const [name, own] of byName) {
    const view = new StepView(name, edges(name), own, items);
    if (rounds.size > 1) {
      const newest = inputsOf(view, steps).map(input =>
        perItem(input, position => (wellCode(input.states[position]!) ? input.roundAt(position) : -1)),
      );
      if (newest.length > 0)
        view.makeStale(position => {
          const [owner, round] = [view.owners.of(position), view.roundAt(position)];
          return newest.some(roundOf => roundOf(owner) > round);
        });
    }
    steps.push(view);
  }
  return steps;
}

/** Whether something that an item of the step is made from is not done; items by their owners. */
export function hasOpenInput(
  step: StepView,
  steps: readonly StepView[],
  isOpen: (step: StepView, position: number) => boolean,
): (owner: number) => boolean {
  const open = inputsOf(step, steps).map(input =>
    perItem(input, position => (isOpen(input, position) ? 1 : 0)),
  );
  return owner => open.some(each => each(owner) > 0);
}

export const inputsOf = (
  step: Pick<StepView, 'dependsOn'>,
  steps: readonly StepView[],
): readonly StepView[] => step.dependsOn.flatMap(edge => steps.find(each => each.name === edge.step) ?? []);

/** What is said first of several: what has gone wrong, then what is under way. */
export const precedence: readonly ItemState[] = [
  'failed',
  'running',
  'waiting',
  'blocked',
  'cancelled',
  'partial',
  'done',
];

/** A step's entries of one item of the run in one. */
export function joined(step: string, entries: readonly Entry[], isOwnList: boolean): StepRow | undefined {
  if (entries.length === 0) return undefined;
  if (entries.length === 1 && !isOwnList) {
    const { item: _item, ...own } = entries[0]!;
    return { step, ...own };
  }
  const state = precedence.find(each => entries.some(entry => entry.state === each))!;
  const { item: first, ...telling } = entries.find(entry => entry.state === state)!;
  const failed = entries.filter(entry => entry.state === 'failed').map(entry => entry.item.name);
  const outputs = entries.flatMap(entry => entry.outputs ?? []);
  const missing = entries.flatMap(entry => entry.missing ?? []);
  const starts = entries.flatMap(entry => entry.startedAt ?? []).sort();
  const ends = entries.flatMap(entry => entry.endedAt ?? []).sort();
  const memory = entries.reduce((most, entry) => Math.max(most, entry.peakMemoryBytes ?? 0), 0);
  return {
    ...telling,
    step,
    attempts: entries.reduce((sum, entry) => sum + entry.attempts, 0),
    round: entries.reduce((most, entry) => Math.max(most, entry.round), 0),
    ...(telling.reason === undefined
      ? {}
      : { reason: isWell(state) ? telling.reason : `${first.name}: ${telling.reason}` }),
    ...(starts[0] ? { startedAt: starts[0] } : {}),
    ...(ends.length > 0 ? { endedAt: ends.at(-1)! } : {}),
    ...(memory > 0 ? { peakMemoryBytes: memory } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
    ...(missing.length > 0 ? { missing } : {}),
    parts: {
      total: entries.length,
      done: entries.filter(entry => isWell(entry.state)).length,
      failed,
    },
  };
}
