import type { Item, StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { type Entry, isWell } from '../ledger/entries.ts';
import { hasOpenInput, type LedgerStep, type OwnerOf, ownerAmong } from '../ledger/fold.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { stepsAfter } from '../plan/steps.ts';

/** What a retry is asked to do again. */
export interface Choice {
  /** Only what failed, and what waits for it: not what was cancelled. */
  readonly failedOnly?: boolean;
  /** What is done but for something that was allowed to be missing, too. */
  readonly partial?: boolean;
  /** Items of the run; all of them without it. */
  readonly names?: readonly string[];
  /** Only what is open in this step, and whose input is there; and behind it, what is made from that. */
  readonly step?: string;
}

/**
 * By step, what is to be done again: what is not done, and, behind it, what was made from it. In the order of the steps.
 * A step for the whole run is done again over all of it.
 */
export function workLeft(
  spec: WorkloadSpec,
  items: readonly Item[],
  ledger: Ledger,
  choice: Choice,
): Readonly<Record<string, readonly Entry[]>> {
  const ownerOf = ownerAmong(items);
  const wanted = choice.names && new Set(choice.names);
  const left: Record<string, readonly Entry[]> = {};
  const steps: LedgerStep[] = [];
  const isAfter = afterStep(spec, choice.step);
  /** The run's items that something is done again of; undefined among them: of all. */
  const again = new Set<string | undefined>();
  for (const step of ledger.entries) {
    const { takes } = spec.steps.find(each => each.name === step.name)!;
    const entries = [...step.entries.values()];
    // What an earlier step does again is open for this one.
    const isMadeAnew = hasOpenInput(step, steps, ownerOf);
    const isFollowed = (item: Item): boolean =>
      isMadeAnew(item) &&
      (choice.step === undefined || again.has(undefined) || again.has(ownerOf(item)) || takes === 'run');
    const isLeft = (entry: Entry): boolean => {
      if (choice.step === step.name) return isOpen(entry, choice) && !isMadeAnew(entry.item);
      if (choice.step !== undefined) return again.size > 0 && isAfter(step.name) && isFollowed(entry.item);
      return isMadeAnew(entry.item) || isOpen(entry, choice);
    };
    const chosen = entries.filter(entry => isChosen(entry, wanted, ownerOf) && isLeft(entry));
    for (const { item } of chosen) again.add(ownerOf(item));
    const names = new Set(chosen.map(entry => entry.item.name));
    steps.push({
      ...step,
      entries: new Map(
        [...step.entries].map(([name, entry]) => [name, names.has(name) ? reopened(entry) : entry]),
      ),
    });
    if (chosen.length > 0) left[step.name] = takes === 'run' ? entries : chosen;
  }
  return left;
}

function afterStep(spec: WorkloadSpec, step: string | undefined): (name: string) => boolean {
  const after = step === undefined ? new Set<string>() : stepsAfter(spec, new Set([step]));
  return name => after.has(name);
}

const isChosen = (entry: Entry, wanted: ReadonlySet<string> | undefined, ownerOf: OwnerOf): boolean => {
  const owner = ownerOf(entry.item);
  return !wanted || owner === undefined || wanted.has(owner) || wanted.has(entry.item.name);
};

function isOpen({ state }: Entry, { failedOnly, partial }: Choice): boolean {
  if (state === 'done') return false;
  if (state === 'partial') return partial ?? false;
  return !failedOnly || state !== 'cancelled';
}

/** For whoever stands behind it. */
const reopened = (entry: Entry): Entry => (isWell(entry.state) ? { ...entry, state: 'waiting' } : entry);

/** Steps of a run that no round has had yet are done over all of its items. */
export const isKnown = (step: StepSpec, ledger: Ledger): boolean =>
  ledger.entries.some(each => each.name === step.name);
