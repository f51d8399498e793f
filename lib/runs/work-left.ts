import type { StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { type Entry, type ItemState, isWell } from '../ledger/entries.ts';
import { hasOpenInput } from '../ledger/fold.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StepView } from '../ledger/step-view.ts';
import { stepsAfter } from '../plan/steps.ts';

/** What a retry is asked to do again. */
export interface RetryChoice {
  /** Only what failed, and what waits for it: not what was cancelled. */
  readonly failedOnly?: boolean;
  /** What is done but for something that was allowed to be missing, too. */
  readonly partial?: boolean;
  /** Items of the run, or of `step` where it has its own; all of them without it. */
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
  ledger: Pick<Ledger, 'entries'>,
  choice: RetryChoice,
): Readonly<Record<string, readonly Entry[]>> {
  const left: Record<string, readonly Entry[]> = {};
  const again = new Map<StepView, Uint8Array>();
  const after = choice.step === undefined ? undefined : stepsAfter(spec, new Set([choice.step]));
  const behind = namesBehind(ledger, choice);
  /** Places of the run's items that something is done again of; -1 among them: of all. */
  const owners = new Set<number>();
  for (const step of ledger.entries) {
    const { takes } = spec.steps.find(each => each.name === step.name)!;
    // What an earlier step does again is open for this one.
    const isMadeAnew = hasOpenInput(
      step,
      [...again.keys()],
      (input, position) => again.get(input)![position] === 1 || !isWell(input.stateAt(position)),
    );
    const isChosen = chosenOf(step, step.name === choice.step ? choice.names : behind);
    const isLeft = (position: number): boolean => {
      const owner = step.owners.of(position);
      if (!after) return isMadeAnew(owner) || isOpen(step.stateAt(position), choice);
      if (choice.step === step.name) return isOpen(step.stateAt(position), choice) && !isMadeAnew(owner);
      const isFollowed = owners.has(-1) || owners.has(owner) || takes === 'run';
      return owners.size > 0 && after.has(step.name) && isMadeAnew(owner) && isFollowed;
    };
    const own = new Uint8Array(step.length);
    for (let position = 0; position < step.length; position++)
      if (isChosen(position) && isLeft(position)) own[position] = 1;
    again.set(step, own);
    for (let position = own.indexOf(1); position >= 0; position = own.indexOf(1, position + 1))
      owners.add(step.owners.of(position));
    if (own.includes(1)) left[step.name] = entriesOf(step, takes === 'run' ? undefined : own);
  }
  return left;
}

/** What is named, and of a step's own items that are named the run's that they are part of: what is behind is made from those. */
export function namesBehind(
  { entries }: Pick<Ledger, 'entries'>,
  { names, step }: RetryChoice,
): readonly string[] | undefined {
  const view = entries.find(({ name }) => name === step);
  if (!names || !view) return names;
  const items = view.positionsOf(names).map(position => view.itemAt(position));
  return [...new Set([...names, ...items.map(({ name, of }) => of ?? name)])];
}

/** Items that are named, or part of one that is, or nobody's. */
function chosenOf(step: StepView, names: readonly string[] | undefined): (position: number) => boolean {
  if (!names) return () => true;
  const chosen = new Set(step.positionsOf(names));
  return position => chosen.has(position) || step.owners.of(position) < 0;
}

function entriesOf(step: StepView, chosen: Uint8Array | undefined): readonly Entry[] {
  const entries: Entry[] = [];
  for (let position = 0; position < step.length; position++)
    if (chosen?.[position] !== 0) entries.push(step.at(position));
  return entries;
}

function isOpen(state: ItemState, { failedOnly, partial }: RetryChoice): boolean {
  if (state === 'done') return false;
  if (state === 'partial') return partial ?? false;
  return !failedOnly || state !== 'cancelled';
}

/** Steps of a run that no round has had yet are done over all of its items. */
export const isKnown = (step: StepSpec, ledger: Ledger): boolean =>
  ledger.entries.some(each => each.name === step.name);
