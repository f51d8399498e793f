import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import type { OutputRecord } from '../../../lib/contract/run/records.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { edgeOf, type Item, type StepSpec } from '../../../lib/contract/workload/workload.ts';
import {
  type Entry,
  entriesOf,
  type ItemState,
  isRunning,
  isUnderWay,
  isWell,
  itemStates,
} from './entries.ts';
import { joined, type LedgerStep, type OwnerOf, ownerAmong, type StepRow, withoutStale } from './fold.ts';
import { type LedgerPorts, readShards, type ShardState } from './read-shards.ts';

/** One item of a run, by its name, over all its rounds and steps. */
export interface LedgerRow extends Omit<StepRow, 'parts' | 'lane'> {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `step` is the one that the state is about: the first that is not done, or the last. */
  readonly step: string;
  /** Every step that has the item, in their order. */
  readonly steps: readonly StepRow[];
}

/** How the items of a step stand: of the run's, or of its own where it has such. */
export interface StepCounts {
  readonly step: string;
  readonly items: number;
  readonly counts: Readonly<Record<ItemState, number>>;
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  readonly counts: Readonly<Record<ItemState, number>>;
  readonly steps: readonly StepCounts[];
  /** Items that are worked on now: a shard that runs does one after the other, unless its step takes them together. */
  readonly atWork: number;
  /** Whether nothing of the run can change any more without a retry. */
  readonly ended: boolean;
  /** What each step's own items have come to, for whoever plans what is next. */
  readonly entries: readonly LedgerStep[];
  /** Whether a shard with this item of the step is under way. */
  isUnderWay(step: string, name: string): boolean;
}

export interface LedgerInput {
  readonly rounds: readonly RoundPlan[];
  /** The run's items: its manifest's, and what open rounds added. */
  readonly items: readonly Item[];
  /** The workload's, in any order. */
  readonly steps: readonly StepSpec[];
}

/**
 * The ledger of a run, read from nothing and with an object for everything: what the reader that keeps its state is compared
 * with. Every record is read.
 */
export async function readPlainLedger(ports: LedgerPorts, input: LedgerInput): Promise<Ledger> {
  const parts = input.rounds.flatMap(plan => plan.steps.map(step => ({ plan, step })));
  const shards = (await mapLimit(parts, 4, ({ plan, step }) => readShards(ports, plan, step, true))).flat();
  return foldLedger(shards, input);
}

/** Pure part: shards in the order of their rounds → one row an item of the run. */
export function foldLedger(shards: readonly ShardState[], { rounds, items, steps }: LedgerInput): Ledger {
  const names = stepNames(rounds);
  const ownerOf = ownerAmong(items);
  const byStep = names.map(name => shards.filter(shard => shard.step === name));
  const entries = withoutStale(
    names.map((name, index) => ({
      name,
      dependsOn: (steps.find(step => step.name === name)?.dependsOn ?? []).map(edgeOf),
      entries: entriesOf(byStep[index]!),
    })),
    ownerOf,
  );
  const parts = entries.map(step => byOwner(step, ownerOf));
  const failedIn = failedAmong(entries);
  const rows = items.map(item => rowOf(item, entries, parts, failedIn));
  const oneByOne = new Set(
    rounds.flatMap(plan => plan.steps.filter(step => step.takes === 'item').map(step => step.name)),
  );
  const underWay = new Map(
    names.map((name, index) => [
      name,
      new Set(byStep[index]!.filter(isUnderWay).flatMap(shard => shard.items.map(item => item.name))),
    ]),
  );
  return {
    rows,
    counts: countsOf(rows),
    steps: entries.map((step, index) => {
      const rowsOfStep = parts[index]!.isOwnList
        ? [...step.entries.values()]
        : rows.flatMap(row => row.steps.find(each => each.step === step.name) ?? []);
      return { step: step.name, items: rowsOfStep.length, counts: countsOf(rowsOfStep) };
    }),
    atWork: shards
      .filter(shard => !shard.done && isRunning(shard))
      .reduce((sum, { step, items: own }) => sum + (oneByOne.has(step) ? 1 : own.length), 0),
    ended: !shards.some(isUnderWay),
    entries,
    isUnderWay: (step, name) => underWay.get(step)?.has(name) ?? false,
  };
}

const countsOf = (rows: readonly { readonly state: ItemState }[]): Record<ItemState, number> => {
  const counts = Object.fromEntries(itemStates.map(state => [state, 0])) as Record<ItemState, number>;
  for (const row of rows) counts[row.state]++;
  return counts;
};

/** Steps of all rounds, in the first one's order: a later round may have fewer. */
function stepNames(rounds: readonly RoundPlan[]): readonly string[] {
  const names = new Set<string>();
  for (const plan of rounds) for (const step of plan.steps) names.add(step.name);
  return [...names];
}

interface Parts {
  /** Whether the step's items are its own, and not the run's. */
  readonly isOwnList: boolean;
  of(name: string): readonly Entry[];
}

/** A step's entries by the item of the run that they belong to; those of nobody's belong to all. */
function byOwner({ entries }: LedgerStep, ownerOf: OwnerOf): Parts {
  const owned = new Map<string, Entry[]>();
  const common: Entry[] = [];
  let isOwnList = false;
  for (const [name, entry] of entries) {
    const owner = ownerOf(entry.item);
    if (owner !== name) isOwnList = true;
    if (owner === undefined) common.push(entry);
    else if (owned.has(owner)) owned.get(owner)!.push(entry);
    else owned.set(owner, [entry]);
  }
  return { isOwnList, of: name => [...(owned.get(name) ?? []), ...common] };
}

function rowOf(
  item: Item,
  steps: readonly LedgerStep[],
  parts: readonly Parts[],
  failedIn: FailedIn,
): LedgerRow {
  const own = steps.flatMap(
    (step, index) => joined(step.name, parts[index]!.of(item.name), parts[index]!.isOwnList) ?? [],
  );
  const open = own.find(each => !isWell(each.state));
  const about = open ?? own.find(each => each.state === 'partial') ?? own.at(-1);
  const { parts: _parts, lane: _lane, outputs: _outputs, ...telling } = about ?? nowhere(steps);
  const outputs = own.flatMap((each): readonly OutputRecord[] => each.outputs ?? []);
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
    ...reasonOf(open, own, steps, failedIn),
    steps: own,
  };
}

const nowhere = (steps: readonly LedgerStep[]): StepRow => ({
  step: steps[0]?.name ?? '',
  state: 'waiting',
  round: 0,
  attempts: 0,
});

/** What waits for something that failed says for what: Batch's own words name no step. */
function reasonOf(
  open: StepRow | undefined,
  own: readonly StepRow[],
  steps: readonly LedgerStep[],
  failedIn: FailedIn,
): { readonly reason?: string } {
  if (open?.state !== 'blocked') return {};
  const { dependsOn } = steps.find(step => step.name === open.step)!;
  const failed = dependsOn.flatMap(edge => failedIn(edge.step).open ?? []);
  const isOwnInput = own.some(each => dependsOn.some(edge => edge.step === each.step) && !isWell(each.state));
  // Of its own step: what went before it, as a canary does.
  const before = failed.length === 0 ? failedIn(open.step).failed : undefined;
  const where = before ?? (isOwnInput ? undefined : failed.join(', '));
  return { reason: `waits for what failed${where ? ` in ${where}` : ''}` };
}

/** Of a step, what is not well, and what of it has failed, in words; looked for once, however many wait for it. */
type FailedIn = (step: string) => { readonly open?: string; readonly failed?: string };

function failedAmong(steps: readonly LedgerStep[]): FailedIn {
  const known = new Map<string, ReturnType<FailedIn>>();
  const look = (name: string): ReturnType<FailedIn> => {
    const entries = [...(steps.find(step => step.name === name)?.entries.values() ?? [])];
    const open = inWords(
      name,
      entries.filter(entry => !isWell(entry.state)),
    );
    const failed = inWords(
      name,
      entries.filter(entry => entry.state === 'failed'),
    );
    return { ...(open ? { open } : {}), ...(failed ? { failed } : {}) };
  };
  return name => {
    const found = known.get(name) ?? look(name);
    known.set(name, found);
    return found;
  };
}

const inWords = (step: string, entries: readonly Entry[]): string | undefined =>
  entries.length === 0
    ? undefined
    : `${step}: ${entries[0]!.item.name}${entries.length > 1 ? ` and ${entries.length - 1} more` : ''}`;
