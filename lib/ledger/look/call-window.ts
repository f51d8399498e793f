import type { BatchPort } from '../../contract/ports/ports.ts';

/** A tick: how often one looks who watches, in ms, where something moves. Where looks are farther apart, ticks go by between them. */
export const tickMs = 5000;
/** Over so many of them, or as many as a look takes calls. */
export const ticksTogether = 10;
/** No more of them are looked back at. */
const mostTicks = 1000;
/** Ids of one DescribeJobs. */
export const describedAtOnce = 100;
/** Children of one page of ListJobs. */
export const listedAtOnce = 1000;

/** What a reader asks of Batch. */
export type AskedBatch = Pick<BatchPort, 'findByName' | 'describe' | 'children'>;

/** A look has made as many calls of Batch as are its share. */
export class OutOfCalls extends Error {}

/**
 * Calls of Batch by one who watches for a day, beside others: no more than one a tick, over any ten in a row. A look that
 * needs more than is left asks nothing, until as many are saved as it takes: more than ten come after as many ticks of none.
 */
export class CallWindow {
  /** Calls of each of the last ticks, this look's at the end. */
  #made: number[] = [0];
  #at: number | undefined;
  #isSparing = false;
  #need = 0;

  /** Another look, at a time in ms. */
  begin(isSparing: boolean, now: number): void {
    this.#made = [...this.#made, ...ticksBetween(this.#at ?? now, now)].slice(-mostTicks);
    this.#at = now;
    this.#isSparing = isSparing;
  }

  /** Whether it may ask Batch at all. */
  get mayAsk(): boolean {
    return this.left >= Math.max(1, this.#need);
  }

  /** Calls that this look may still make. */
  get left(): number {
    if (!this.#isSparing) return Number.POSITIVE_INFINITY;
    const most = Math.max(ticksTogether, this.#need);
    return most - this.#made.slice(-most).reduce((sum, each) => sum + each, 0);
  }

  /** Throws OutOfCalls where that is more than is left. */
  take(calls: number): void {
    if (calls > this.left) throw new OutOfCalls();
    this.#made[this.#made.length - 1]! += calls;
  }

  /** What is to be saved for: as much as was told, and twice of what was not enough. */
  save(calls: number, wasCut = false): void {
    this.#need = wasCut ? Math.max(calls, this.#need * 2) : calls;
  }

  hasEnough(): void {
    this.#need = 0;
  }
}

/** No calls, for each tick that has come since; a look is one at least. */
export const ticksBetween = (before: number, now: number): readonly number[] =>
  Array.from({ length: Math.min(mostTicks, Math.max(1, Math.floor((now - before) / tickMs))) }, () => 0);

/** Batch, whose calls are taken from a window: as AWS pages them. */
export function counted(batch: AskedBatch, window: CallWindow, page: number): AskedBatch {
  return {
    findByName: async (queue, name) => {
      window.take(1);
      return batch.findByName(queue, name);
    },
    describe: async ids => {
      window.take(Math.ceil(ids.length / describedAtOnce));
      return batch.describe(ids);
    },
    async *children(id, status) {
      const listed = batch.children(id, status)[Symbol.asyncIterator]();
      for (let count = 0; ; count++) {
        if (count % page === 0) window.take(1);
        const { done, value } = await listed.next();
        if (done) return;
        yield value;
      }
    },
  };
}
