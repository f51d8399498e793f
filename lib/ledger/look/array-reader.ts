import type { JobDetail } from '../../contract/ports/ports.ts';
import { closedClaim, readClaim } from '../../contract/run/claim.ts';
import { mapLimit } from '../../contract/run/map-limit.ts';
import { forgetShards, isAsRead } from './ask-batch.ts';
import type { ChildChoice } from './asked-child.ts';
import { describedAtOnce } from './call-window.ts';
import type { LookPorts } from './look-ports.ts';
import type { Moved } from './moved.ts';
import { readMarksAlone, readMoved, together } from './read-moved.ts';
import type { ArrayState } from './round-step.ts';

/** Brings arrays up to what is to be seen now, again and again. */
export class ArrayReader {
  readonly #ports: LookPorts;
  readonly #children: ChildChoice;
  readonly #room: number | undefined;

  /** `room`: children of a request; as many as it takes when left out. */
  constructor(ports: LookPorts, children: ChildChoice, room?: number) {
    this.#ports = ports;
    this.#children = children;
    this.#room = room;
  }

  /** Another look begins. */
  begin(isSparing: boolean): void {
    this.#ports.calls.begin(isSparing, this.#ports.now());
  }

  /** Answers whether anything had moved. */
  async read(states: readonly ArrayState[]): Promise<boolean> {
    const { store, batch, calls } = this.#ports;
    if (calls.mayAsk) await mapLimit(states.filter(isUnclaimed), together, state => this.#readClaim(state));
    const unclaimed = states.filter(isUnclaimed);
    // What every look takes, before it has seen what has moved.
    const perLook =
      unclaimed.length +
      Math.ceil(
        states.filter(state => state.jobId !== undefined || isUnclaimed(state)).length / describedAtOnce,
      );
    if (perLook > 0 && (!calls.mayAsk || perLook > calls.left)) {
      if (calls.mayAsk) calls.save(perLook);
      await readMarksAlone(store, states);
      return false;
    }
    await mapLimit(unclaimed, together, state => this.#findJob(state));
    const asked = states.filter(state => state.jobId !== undefined);
    const left = (describedAtOnce - (asked.length % describedAtOnce)) % describedAtOnce;
    const room = Math.min(left, this.#room ?? left);
    const children = this.#children.choose(asked, room);
    const ids = [...asked.map(state => state.jobId!), ...children.map(({ id }) => id)];
    const found = ids.length === 0 ? [] : await batch.describe(ids);
    const jobs = new Map(found.map((job): [string, JobDetail] => [job.jobId, job]));
    for (const child of children) {
      const job = jobs.get(child.id);
      // Batch first: a shard that ends meanwhile has left its mark by the time that we look for it. The other way round it
      // would have ended without one, and a job that is well would be called failed.
      if (job) this.#children.notice(child, job);
    }
    const moved: Moved[] = [];
    for (const state of asked) {
      const job = jobs.get(state.jobId!);
      if (isAsRead(state, job, this.#ports.endsOnly)) delete state.goneAt;
      else moved.push({ state, job, vanished: [] });
    }
    if (moved.length === 0) {
      calls.hasEnough();
      return false;
    }
    // Until it is read whole: what breaks off half-way is read once more.
    for (const { state } of moved) state.isUnread = true;
    await readMoved(this.#ports, moved, { asked, room, perLook });
    return true;
  }

  async #readClaim(state: ArrayState): Promise<void> {
    const { plan, step } = state.part;
    const claim = { round: plan.round, step: step.name, array: state.array.array };
    const holder = await readClaim(this.#ports.store, plan, claim);
    if (holder !== undefined) isClaimed(state, holder);
  }

  /** Of a run that is being submitted, or by an earlier Arraylab: what has the array's name is its job. */
  async #findJob(state: ArrayState): Promise<void> {
    const { part, array } = state;
    const found = await this.#ports.batch.findByName(part.step.lanes[array.lane]!.jobQueue, array.jobName);
    isOf(state, found.at(-1)?.jobId);
  }
}

const isUnclaimed = ({ holder }: ArrayState): boolean => holder === undefined;

/** Who has claimed an array is known, and stays so. */
export function isClaimed(state: ArrayState, holder: string): void {
  state.holder = holder;
  isOf(state, holder === closedClaim ? undefined : holder);
}

/** An array is that job, or none. */
function isOf(state: ArrayState, jobId: string | undefined): void {
  const isClosed = state.holder === closedClaim;
  if (jobId === state.jobId && !isClosed) return;
  forgetShards(state);
  delete state.told;
  delete state.jobId;
  if (jobId !== undefined) state.jobId = jobId;
  state.base = { status: isClosed ? 'closed' : 'unsubmitted' };
}
