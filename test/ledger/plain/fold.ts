import type { Edge, Item } from '../../../lib/contract/workload/workload.ts';
import { type Entry, type ItemState, isWell } from './entries.ts';

/** A step of a run as the ledger sees it. */
export interface LedgerStep {
  readonly name: string;
  readonly dependsOn: readonly Edge[];
  readonly entries: ReadonlyMap<string, Entry>;
}

/** What a step has to say of one of the run's items: it alone, its parts, or the whole run. */
export interface StepRow extends Omit<Entry, 'item'> {
  readonly step: string;
  /** Of a step with items of its own. */
  readonly parts?: { readonly total: number; readonly done: number; readonly failed: readonly string[] };
}

/** The run's item that a step's item belongs to; undefined: to all of them. */
export type OwnerOf = (item: Item) => string | undefined;
export function ownerAmong(items: readonly Item[]): OwnerOf {
  const names = new Set(items.map(item => item.name));
  return ({ name, of }) => of ?? (names.has(name) ? name : undefined);
}

/**
 * The steps with what was done before its input was done anew taken for not done: what ran after an `ended` edge is done
 * again once its input is. In the order of the steps, each after those it depends on.
 */
export function withoutStale(steps: readonly LedgerStep[], ownerOf: OwnerOf): readonly LedgerStep[] {
  const fresh: LedgerStep[] = [];
  for (const step of steps) {
    const newest = inputsOf(step, fresh).map(input =>
      perItem(input, ownerOf, -1, (entry, most) =>
        isWell(entry.state) ? Math.max(most, entry.round) : most,
      ),
    );
    const entries = new Map<string, Entry>();
    for (const [name, entry] of step.entries) {
      const isStale = isWell(entry.state) && newest.some(roundOf => roundOf(entry.item) > entry.round);
      entries.set(
        name,
        isStale ? { ...entry, state: 'waiting', reason: 'what it was made from was done again' } : entry,
      );
    }
    fresh.push({ ...step, entries });
  }
  return fresh;
}

/** Whether something that an item of the step is made from is not done. */
export function hasOpenInput(
  step: LedgerStep,
  steps: readonly LedgerStep[],
  ownerOf: OwnerOf,
): (item: Item) => boolean {
  const open = inputsOf(step, steps).map(input =>
    perItem(input, ownerOf, false, (entry, found) => found || !isWell(entry.state)),
  );
  return item => open.some(isOpen => isOpen(item));
}

const inputsOf = (step: LedgerStep, steps: readonly LedgerStep[]): readonly LedgerStep[] =>
  step.dependsOn.flatMap(edge => steps.find(each => each.name === edge.step) ?? []);

/** Something over those entries of a step that an item of a later step is made from: its owner's, its own, or all. */
function perItem<T>(
  step: LedgerStep,
  ownerOf: OwnerOf,
  none: T,
  add: (entry: Entry, sum: T) => T,
): (item: Item) => T {
  const sums = new Map<string, T>();
  const entries = [...step.entries.values()];
  // What belongs to all counts for everybody.
  const common = entries
    .filter(({ item }) => ownerOf(item) === undefined)
    .reduce((sum, entry) => add(entry, sum), none);
  let all = common;
  for (const entry of entries) {
    const owner = ownerOf(entry.item);
    if (owner === undefined) continue;
    all = add(entry, all);
    sums.set(owner, add(entry, sums.get(owner) ?? common));
  }
  return item => {
    const owner = ownerOf(item);
    return owner === undefined ? all : (sums.get(owner) ?? common);
  };
}

/** What is said first of several: what has gone wrong, then what is under way. */
const precedence: readonly ItemState[] = [
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
  const memory = Math.max(0, ...entries.map(entry => entry.peakMemoryBytes ?? 0));
  return {
    ...telling,
    step,
    attempts: entries.reduce((sum, entry) => sum + entry.attempts, 0),
    round: Math.max(...entries.map(entry => entry.round)),
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
