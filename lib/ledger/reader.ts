import type { ObjectInfo } from '../contract/ports/ports.ts';
import { manifestKey, type RunRef } from '../contract/run/keys.ts';
import { mapLimit } from '../contract/run/map-limit.ts';
import { readPlans } from '../contract/run/read-plans.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import { LabError } from '../contract/workload/errors.ts';
import { edgeOf, type StepSpec } from '../contract/workload/workload.ts';
import { ItemList } from './items/item-list.ts';
import { readLines } from './items/read-lines.ts';
import { type RoundSource, readAhead } from './items/round-source.ts';
import { foldLedger, type Ledger } from './ledger.ts';
import { ArrayReader } from './look/array-reader.ts';
import { InTurn } from './look/in-turn.ts';
import { type LedgerPorts, lookPorts } from './look/look-ports.ts';
import { reopen } from './look/moved.ts';
import { type ArrayState, isAllDone, type RoundStep } from './look/round-step.ts';
import { RoundSteps } from './round-steps.ts';

export interface ReaderInput {
  readonly run: RunRef;
  /** Those that are there; later ones are looked for. */
  readonly rounds: readonly RoundPlan[];
  /** The workload's, in any order. */
  readonly steps: readonly StepSpec[];
  /** The run's items, where they are read already: then it is about these rounds alone. */
  readonly items?: ItemList;
  /** Children that are asked about beside the arrays; as many as a request takes when left out. */
  readonly room?: number;
  /** Children of one page of Batch's listings: a thousand when left out. */
  readonly page?: number;
  /** Milliseconds; a clock of its own for tests. */
  readonly now?: () => number;
}

/** A round that another one has added is seen once something moves, at the run's end, or after so long. */
export const roundsEveryMs = 300_000;
/** Rounds of an open run that are read at once. */
const roundsTogether = 16;

export interface LookChoice {
  /** Nothing is taken for over but what is done: for who is about to act on it. */
  readonly anew?: boolean;
  /** As one of many who look again and again: Batch is asked no more than once every five seconds, over any fifty. */
  readonly isSparing?: boolean;
}

/**
 * The ledger of a run, read again and again by one who keeps what cannot change: items, claims, records, done markers. A look
 * asks Batch for the parents of arrays, and for the rest only where they have moved. Our records and markers decide what
 * is done; Batch says what is under way, and stands in where a killed attempt left no record, and once it has forgotten
 * the job, the log of state changes.
 */
export class LedgerReader {
  readonly #ports: LedgerPorts;
  readonly #arrays: ArrayReader;
  readonly #input: ReaderInput;
  readonly #now: () => number;
  readonly #rounds: RoundPlan[] = [];
  readonly #parts: RoundStep[] = [];
  /** Those that are not all done: of the others Batch is never asked again, nor the store. */
  #open: ArrayState[] = [];
  readonly #steps: RoundSteps;
  readonly items: ItemList;
  #waiting: RoundPlan[];
  #roundsAt: number;
  #hasManifest: boolean;
  /** The manifest as it is stored: a step's items are mostly the very same. */
  #manifest: ObjectInfo | undefined;
  #ledger: Ledger | undefined;

  constructor(ports: LedgerPorts, input: ReaderInput) {
    const { now = Date.now } = input;
    const look = lookPorts(ports, { ...input, now });
    this.#ports = ports;
    this.#arrays = new ArrayReader(look, new InTurn(look), input.room);
    this.#input = input;
    this.items = input.items ?? new ItemList();
    this.#steps = new RoundSteps(this.items);
    this.#hasManifest = input.items !== undefined;
    this.#now = now;
    this.#waiting = [...input.rounds];
    this.#roundsAt = this.#now();
  }

  get rounds(): readonly RoundPlan[] {
    return this.#rounds;
  }

  /** Reads the run's items where they were not read yet: its manifest's, and what rounds of an open run have added. */
  async readItems(): Promise<ItemList> {
    if (!this.#hasManifest) await this.#readManifest();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, roundsTogether);
      const { store } = this.#ports;
      const sources = await mapLimit(some, roundsTogether, plan =>
        plan.adds === undefined ? Promise.resolve(store) : readAhead(store, plan),
      );
      for (const [index, plan] of some.entries()) await this.#addRound(plan, sources[index]!);
    }
    return this.items;
  }

  /**
   * How the run stands now. What it answers is a view, good until the next look.
   */
  async look({ anew = false, isSparing = false }: LookChoice = {}): Promise<Ledger> {
    await this.readItems();
    // Who looks again at what has ended waits for another round.
    if (this.#ledger?.ended || this.#now() - this.#roundsAt >= roundsEveryMs) await this.#nextRounds();
    if (anew) for (const state of this.#open) reopen(state);
    this.#arrays.begin(isSparing);
    let moved = await this.#readArrays();
    for (;;) {
      const isChanged = this.#parts.map(part => part.update()).includes(true);
      if (isChanged || !this.#ledger) this.#ledger = this.#fold();
      // What ends the watching of a run is that no round of it goes on, nor one that somebody has added meanwhile.
      if (!moved && !(isChanged && this.#ledger.ended)) return this.#ledger;
      if (!(await this.#nextRounds())) return this.#ledger;
      moved = await this.#readArrays();
    }
  }

  #fold(): Ledger {
    const { steps } = this.#input;
    return foldLedger({
      items: this.items,
      parts: this.#parts,
      store: this.#ports.store,
      edges: name => (steps.find(step => step.name === name)?.dependsOn ?? []).map(edgeOf),
    });
  }

  async #readManifest(): Promise<void> {
    const { store } = this.#ports;
    const key = manifestKey(this.#input.run);
    const info = await store.head(key);
    if (!info)
      throw new LabError({
        where: this.#input.run.runId,
        message: 'its manifest is missing',
        fix: `s3://${store.bucket}/${key} has to be restored from a version`,
      });
    if (this.items.length > 0) throw new Error('the manifest was read in part: begin anew');
    for await (const lines of readLines(store, key, info.size)) this.items.append(lines);
    this.#hasManifest = true;
    this.#manifest = info;
  }

  /** Takes in the next round of those that are waiting, whole or not at all. */
  async #addRound(plan: RoundPlan, source: RoundSource): Promise<void> {
    if (!this.#input.items) await this.#steps.add(source, plan);
    const parts = await this.#steps.read(source, plan, this.#manifest);
    this.#parts.push(...parts);
    this.#open.push(...parts.flatMap(part => part.arrays));
    this.#rounds.push(plan);
    this.#waiting.shift();
  }

  /** Whether there is a round more than before. */
  async #nextRounds(): Promise<boolean> {
    if (this.#input.items) return false;
    const before = this.#rounds.length;
    const from = (this.#rounds.at(-1)?.round ?? -1) + 1;
    // What has no round yet takes them as they come.
    const isOpen = this.#rounds.every(({ adds }) => adds !== undefined);
    this.#waiting = [...(await readPlans(this.#ports.store, this.#input.run, { from, isOpen }))];
    await this.readItems();
    this.#roundsAt = this.#now();
    return this.#rounds.length > before;
  }

  #readArrays(): Promise<boolean> {
    this.#open = this.#open.filter(state => !isAllDone(state));
    return this.#arrays.read(this.#open);
  }
}
