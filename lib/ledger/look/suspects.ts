import { isTerminal, type JobDetail } from '../../contract/ports/ports.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { AskedChild, ChildChoice } from './asked-child.ts';
import { jobState } from './job-state.ts';
import type { LookPorts } from './look-ports.ts';
import type { ArrayState } from './round-step.ts';

/**
 * Shards whose newest record tells of a failure that Batch has not told yet: soon it does, or it tries again, as where
 * the host was lost behind the record. Such a one is asked about for a while, and then as any other.
 */
export class Suspects implements ChildChoice {
  readonly #now: () => number;
  readonly #forMs: number;
  /** When a record was first seen, by its shard's job. */
  readonly #since = new Map<string, { readonly names: readonly string[]; readonly at: number }>();

  constructor({ now }: Pick<LookPorts, 'now'>, forMs: number) {
    this.#now = now;
    this.#forMs = forMs;
  }

  /** Of these arrays. */
  of(states: readonly ArrayState[]): readonly AskedChild[] {
    const found: AskedChild[] = [];
    for (const state of states) {
      const { part, array, jobId } = state;
      for (const [shard, names] of part.names) {
        if (shard < array.offset || shard >= array.offset + array.size || part.settled[shard]) continue;
        if ((part.records.headOf(shard)?.exitCode ?? exitCodes.interrupted) === exitCodes.interrupted)
          continue;
        const id = array.size === 1 ? jobId! : `${jobId}:${shard - array.offset}`;
        if (this.#isNew(id, names)) found.push({ state, shard, id });
      }
    }
    return found;
  }

  choose(states: readonly ArrayState[], room: number): readonly AskedChild[] {
    // What is no array is asked about anyway.
    return this.of(states)
      .filter(({ state }) => state.array.size > 1)
      .slice(0, room);
  }

  notice({ state, shard }: AskedChild, child: JobDetail): void {
    if (!isTerminal(child.status)) return;
    // What has succeeded without a mark is in the summary, sooner or later, as for everyone who looks.
    if (child.status === 'FAILED') state.part.know(shard, jobState(child));
    state.isUnread = true;
  }

  #isNew(id: string, names: readonly string[]): boolean {
    let seen = this.#since.get(id);
    if (seen?.names.length !== names.length) {
      seen = { names, at: this.#now() };
      this.#since.set(id, seen);
    }
    return this.#now() - seen.at < this.#forMs;
  }
}
