import type { Store } from '../contract/ports/ports.ts';
import type { OutputRecord } from '../contract/run/records.ts';
import { type ItemState, isWell, itemStates } from './entries.ts';
import { inputsOf, joined, precedence, type StepRow } from './fold.ts';
import type { ItemList } from './items/item-list.ts';
import type { SeeRecord } from './look/records.ts';
import { codeOf, type RoundStep } from './look/round-step.ts';
import { withDetails } from './read-details.ts';
import { type IsKnown, type Some, type StepView, wellCode } from './step-view.ts';

/** One item of a run, by its name, over all its rounds and steps. */
export interface LedgerRow extends Omit<StepRow, 'parts' | 'lane'> {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `step` is the one that the state is about: the first that is not done, or the last. */
  readonly step: string;
  /** Every step that has the item, in their order. */
  readonly steps: readonly StepRow[];
}

/** What is not done, or not all of it. */
export const openStates: readonly ItemState[] = itemStates.filter(state => state !== 'done');

/** The rows of a ledger in the order of the run's items. */
export class Rows implements Iterable<LedgerRow> {
  readonly #items: ItemList;
  readonly #steps: readonly StepView[];
  readonly #store: Store;
  readonly #parts: readonly RoundStep[];
  /** How each of the run's items stands: positions in `itemStates`. */
  readonly states: Uint8Array;

  constructor(items: ItemList, steps: readonly StepView[], store: Store, parts: readonly RoundStep[]) {
    this.#items = items;
    this.#steps = steps;
    this.#store = store;
    this.#parts = parts;
    this.states = rowStates(items.length, steps);
  }

  get length(): number {
    return this.#items.length;
  }

  at(index: number): LedgerRow | undefined {
    return index < this.length ? this.#row(index) : undefined;
  }

  /** The item's row; undefined where the run has none of that name. */
  named(name: string): LedgerRow | undefined {
    const index = this.#items.indexOf(name);
    return index < 0 ? undefined : this.#row(index);
  }

  *[Symbol.iterator](): Generator<LedgerRow> {
    for (let index = 0; index < this.length; index++) yield this.#row(index);
  }

  /**
   * Those that stand like this: the others are passed over. Why is told as far as a look has to know it; times and what was
   * used and made only by `stream`.
   */
  *in(...states: readonly ItemState[]): Generator<LedgerRow> {
    for (const index of this.#indexesIn(states)) yield this.#row(index);
  }

  /** Those that have failed, but for what `isKnown`: a position, and the round that it has failed in. */
  *failed(isKnown: IsKnown): Generator<LedgerRow> {
    const common = newest(this.#steps, step => step.owners.common);
    for (const index of this.#indexesIn(['failed'])) {
      const own = newest(this.#steps, step => step.owners.positionsOf(index));
      if (!isKnown(index, Math.max(common, own))) yield this.#row(index);
    }
  }

  some(fits: (row: LedgerRow) => boolean): boolean {
    return this.find(fits) !== undefined;
  }

  filter(fits: (row: LedgerRow) => boolean): readonly LedgerRow[] {
    const found: LedgerRow[] = [];
    for (const row of this) if (fits(row)) found.push(row);
    return found;
  }

  find(fits: (row: LedgerRow) => boolean): LedgerRow | undefined {
    for (const row of this) if (fits(row)) return row;
    return undefined;
  }

  map<T>(work: (row: LedgerRow) => T): readonly T[] {
    return Array.from(this, work);
  }

  /**
   * The rows one after the other, those of these names, those that stand like this, or all. What is not done whole says when,
   * and what it has used and made; with `details` what is done, too: a request a record, of which few are held at a time.
   * `see` is shown each of them whole.
   */
  async *stream({
    details,
    names,
    states,
    see,
  }: {
    readonly details: boolean;
    readonly names?: readonly string[];
    readonly states?: readonly ItemState[];
    readonly see?: SeeRecord;
  }): AsyncGenerator<LedgerRow> {
    const chosen = names
      ? [...new Set(names.map(name => this.#items.indexOf(name)))].sort((a, b) => a - b)
      : states && this.#indexesIn(states);
    const input = { store: this.#store, parts: this.#parts, steps: this.#steps, details, see };
    const rows = {
      length: chosen?.length ?? this.length,
      at: (index: number) => chosen?.[index] ?? index,
      positionsOf: ({ owners }: StepView, row: number) => owners.positionsOf(row),
      common: ({ owners }: StepView) => owners.common,
    };
    for await (const index of withDetails(input, rows)) if (index >= 0) yield this.#row(index);
  }

  #indexesIn(states: readonly ItemState[]): readonly number[] {
    const wanted = new Set(states.map(codeOf));
    const indexes: number[] = [];
    for (let index = 0; index < this.length; index++)
      if (wanted.has(this.states[index]!)) indexes.push(index);
    return indexes;
  }

  #row(index: number): LedgerRow {
    const item = this.#items.at(index);
    const steps = this.#steps;
    const own = steps.flatMap(step => {
      const { owners } = step;
      const positions = owners.positionsOf(index);
      const all = owners.common.length === 0 ? positions : [...positions, ...owners.common];
      return (
        joined(
          step.name,
          all.map(position => step.at(position)),
          owners.isOwnList,
        ) ?? []
      );
    });
    const open = own.find(each => !isWell(each.state));
    const about = open ?? own.find(each => each.state === 'partial') ?? own.at(-1);
    const { parts: _parts, lane: _lane, outputs: _outputs, ...telling } = about ?? nowhere(steps);
    const outputs =
      own.length === 1
        ? (own[0]!.outputs ?? [])
        : own.flatMap((each): readonly OutputRecord[] => each.outputs ?? []);
    const starts = own.flatMap(each => each.startedAt ?? []).sort();
    const memory = Math.max(0, ...own.map(each => each.peakMemoryBytes ?? 0));
    return {
      name: item.name,
      ...(item.labels ? { labels: item.labels } : {}),
      ...telling,
      round: Math.max(0, ...own.map(each => each.round)),
      attempts: own.reduce((sum, each) => sum + each.attempts, 0),
      ...(starts[0] && telling.endedAt ? { startedAt: starts[0] } : {}),
      ...(memory > 0 ? { peakMemoryBytes: memory } : {}),
      ...(outputs.length > 0 ? { outputs } : {}),
      ...reasonOf(open, own, steps),
      steps: own,
    };
  }
}

/** The newest round of some positions of each step. */
function newest(steps: readonly StepView[], positionsOf: (step: StepView) => readonly number[]): number {
  let round = 0;
  for (const step of steps)
    for (const position of positionsOf(step)) round = Math.max(round, step.roundAt(position));
  return round;
}

function rowStates(length: number, steps: readonly StepView[]): Uint8Array {
  const only = steps.length === 1 && !steps[0]!.owners.isOwnList ? steps[0] : undefined;
  if (only && only.length === length && isSameOrder(only, length)) return only.states;
  const [waiting, partial, done] = [codeOf('waiting'), codeOf('partial'), codeOf('done')];
  const none = 255;
  /** The first step that is not well, else that something is missing, else done. */
  const rows = new Uint8Array(length).fill(none);
  for (const step of steps) {
    const states = joinedStates(step, length, none);
    for (let row = 0; row < length; row++) {
      const state = states[row]!;
      const before = rows[row]!;
      if (state === none || (before !== none && !wellCode(before))) continue;
      if (before === none || !wellCode(state) || (state === partial && before === done)) rows[row] = state;
    }
  }
  for (let row = rows.indexOf(none); row >= 0; row = rows.indexOf(none, row + 1)) rows[row] = waiting;
  return rows;
}

function isSameOrder(step: StepView, length: number): boolean {
  if (step.items.isRuns) return true;
  for (let position = 0; position < length; position++)
    if (step.owners.of(position) !== position) return false;
  return true;
}

/** What a step says of each of the run's items, as `joined` does. */
function joinedStates(
  { owners, states, length: positions }: StepView,
  length: number,
  none: number,
): Uint8Array {
  const rank = itemStates.map(state => precedence.indexOf(state));
  const first = (a: number, b: number): number => (a === none || rank[b]! < rank[a]! ? b : a);
  let common = none;
  for (const position of owners.common) common = first(common, states[position]!);
  const joinedOf = new Uint8Array(length).fill(common);
  for (let position = 0; position < positions; position++) {
    const owner = owners.of(position);
    if (owner >= 0 && owner < length) joinedOf[owner] = first(joinedOf[owner]!, states[position]!);
  }
  return joinedOf;
}

const nowhere = (steps: readonly StepView[]): StepRow => ({
  step: steps[0]?.name ?? '',
  state: 'waiting',
  round: 0,
  attempts: 0,
});

/** What waits for something that failed says for what: Batch's own words name no step. */
function reasonOf(
  open: StepRow | undefined,
  own: readonly StepRow[],
  steps: readonly StepView[],
): { readonly reason?: string } {
  if (open?.state !== 'blocked') return {};
  const step = steps.find(each => each.name === open.step)!;
  const failed = inputsOf(step, steps).flatMap(input => inWords(input, input.open) ?? []);
  const isOwnInput = own.some(
    each => step.dependsOn.some(edge => edge.step === each.step) && !isWell(each.state),
  );
  // Of its own step: what went before it, as a canary does.
  const before = failed.length === 0 ? inWords(step, step.failed) : undefined;
  const where = before ?? (isOwnInput ? undefined : failed.join(', '));
  return { reason: `waits for what failed${where ? ` in ${where}` : ''}` };
}

const inWords = ({ name, items }: StepView, { first, count }: Some): string | undefined =>
  count === 0
    ? undefined
    : `${name}: ${items.list.nameAt(first)}${count > 1 ? ` and ${count - 1} more` : ''}`;
