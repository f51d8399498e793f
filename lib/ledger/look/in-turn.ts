import { isTerminal, type JobAttempt, type JobDetail } from '../../contract/ports/ports.ts';
import { isRunning } from '../shard-state.ts';
import { readChild, runningIds } from './ask-batch.ts';
import type { AskedChild, ChildChoice } from './asked-child.ts';
import { jobState } from './job-state.ts';
import type { LookPorts } from './look-ports.ts';
import { goneOn } from './reading.ts';
import type { ArrayState } from './round-step.ts';

/** Of how many that run the details are kept: the rest of the room is for those whose turn it is. */
export const mostDetailed = (room: number): number => Math.floor(room * 0.75);

/**
 * Which children a request for arrays has room for: those that run, where they take three quarters of it at most, and of the
 * rest that is not over some, in turn. An array's summary is up to a minute late, so that an attempt which came and went meanwhile is in
 * none that we see; its child has it among its attempts.
 */
export class InTurn implements ChildChoice {
  readonly #look: Pick<LookPorts, 'page' | 'now'>;
  /** Where the next turn begins, among the children of all arrays one after the other. */
  #next = 0;

  constructor(look: Pick<LookPorts, 'page' | 'now'>) {
    this.#look = look;
  }

  notice(asked: AskedChild, child: JobDetail): void {
    noticeChild(asked, child, { page: this.#look.page, now: this.#look.now() });
  }

  choose(states: readonly ArrayState[], room: number): readonly AskedChild[] {
    const running = states.flatMap(state => runningIds(state).map(id => childOf(state, id)));
    const isShort = running.length <= mostDetailed(room);
    const asked: AskedChild[] = isShort ? running : [];
    // Of what waits for another array, or is over, nothing can have begun: the summary would be another.
    const arrays = states.filter(({ array, mayStart }) => mayStart && array.size > 1);
    const total = arrays.reduce((sum, { array }) => sum + array.size, 0);
    if (total === 0) return asked;
    let [index, at] = [0, this.#next % total];
    while (at >= arrays[index]!.array.size) at -= arrays[index++]!.array.size;
    let left = total;
    for (; left > 0 && asked.length < room; left--) {
      const state = arrays[index]!;
      const { part, array } = state;
      const shard = array.offset + at;
      const isOver = part.settled[shard] || part.done[shard];
      if (!isOver && !(isShort && isRunning(part.known.get(shard) ?? {})))
        asked.push({ state, shard, id: `${state.jobId}:${at}` });
      if (++at < array.size) continue;
      at = 0;
      index = (index + 1) % arrays.length;
    }
    this.#next = (this.#next + total - left) % total;
    return asked;
  }
}

/**
 * Takes in that a child has ended since its array was listed; lets the array be listed again whose child has gone on to another
 * status, or by an attempt that nothing tells of yet. Of an array of more than a page that child alone is taken in, for as long as
 * the summary may be late: with it mostly a thousand others have gone on, and then it tells where they are.
 */
function noticeChild(
  asked: AskedChild,
  child: JobDetail,
  { page, now }: { readonly page: number; readonly now: number },
): void {
  const { state, shard } = asked;
  const { part } = state;
  if (asked.runs) {
    // What has failed is listed again as well.
    if (readChild(state, child)) delete state.told;
  } else if (isRunning(part.known.get(shard) ?? {}) && isTerminal(child.status)) {
    part.know(shard, child.status === 'FAILED' ? jobState(child) : undefined);
    state.isUnread = true;
  } else if (hasGoneOn(asked, child)) {
    if (state.told !== undefined && state.array.size > page) takeIn(asked, child, now);
    else if (child.status === 'FAILED') delete state.told;
    else state.told &&= goneOn;
  }
}

function takeIn({ state, shard }: AskedChild, child: JobDetail, now: number): void {
  const { part } = state;
  state.isUnread = true;
  state.goneAt ??= now;
  if (!isRunning(child) && child.status !== 'FAILED') {
    part.know(shard, undefined);
    return;
  }
  // Why none starts is no longer so.
  for (const [other, { status }] of part.known)
    if (status === 'RUNNABLE' && part.arrayOf(other) === state) part.know(other, undefined);
  part.know(shard, jobState(child));
}

function hasGoneOn({ state, shard }: AskedChild, child: JobDetail): boolean {
  const { known, tries, ended } = state.part;
  const before = known.get(shard) ?? {};
  const attempts = child.attempts.filter(hasEnded).length;
  const isNew = attempts > Math.max(tries[shard]!, before.attempts ?? 0, ended.get(shard) ?? 0);
  // One that left no record is found once.
  if (isNew) ended.set(shard, attempts);
  const isSame = isRunning(before)
    ? child.status === before.status
    : !isRunning(child) && !isTerminal(child.status);
  return isNew || !isSame;
}

const hasEnded = ({ exitCode, statusReason, stoppedAt }: JobAttempt): boolean =>
  exitCode !== undefined || statusReason !== undefined || stoppedAt !== undefined;

const childOf = (state: ArrayState, id: string): AskedChild => ({
  state,
  id,
  shard: state.array.offset + Number(id.split(':')[1]),
  runs: true,
});
