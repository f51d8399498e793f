import type { JobDetail, Store } from '../../contract/ports/ports.ts';
import { mapLimit } from '../../contract/run/map-limit.ts';
import {
  failedIds,
  markedOf,
  readChild,
  readForgotten,
  readUnexplained,
  runningIds,
  toldOf,
} from './ask-batch.ts';
import { describedAtOnce, OutOfCalls } from './call-window.ts';
import { mostDetailed } from './in-turn.ts';
import type { LookPorts } from './look-ports.ts';
import { type Moved, readBatch, withoutDetails } from './moved.ts';
import { openShards, readMarks } from './read-marks.ts';
import { callsOf, goneOn, isShortOf, readingOf, succeededCalls, wholeReading } from './reading.ts';
import type { ArrayState, RoundStep } from './round-step.ts';

/** Requests at once. */
export const together = 16;
/** A page of a listing holds a thousand marks. */
const shardsTogether = 500;

/**
 * Brings arrays that have moved up to what is to be seen now. Those that would take more calls of Batch than are left stay as
 * they were read last, but for their marks, and are read by a later look. `room`: children that the request for arrays has room
 * for; `perLook`: calls that a look takes before.
 */
export async function readMoved(
  look: LookPorts,
  moved: readonly Moved[],
  {
    asked,
    room,
    perLook,
  }: { readonly asked: readonly ArrayState[]; readonly room: number; readonly perLook: number },
): Promise<void> {
  await readArrays(look, moved, asked, room);
  const short = moved.filter(
    ({ state, job, reading, short }) =>
      !look.endsOnly && !short && job && reading && isShortOf(state, job, reading),
  );
  for (const each of short) each.reading = wholeReading(each.job!, look.page);
  if (short.length > 0) await readArrays(look, short, asked, room);
  await mapLimit(
    moved.filter(({ short }) => !short),
    together,
    each => readWhatIsUnclear(look, each),
  );
  // Only now: what was interrupted is looked at again.
  for (const each of moved) conclude(each);
  const needs = moved.flatMap(({ short }) => short ?? []);
  if (needs.length > 0)
    look.calls.save(
      perLook + Math.max(...needs),
      moved.some(({ wasCut }) => wasCut),
    );
  else look.calls.hasEnough();
}

/** Marks alone, where a look does not ask Batch: what is done is done, whatever Batch says of it. */
export function readMarksAlone(store: Store, states: readonly ArrayState[]): Promise<unknown> {
  const asked = states.filter(({ jobId, mayStart }) => jobId !== undefined && mayStart !== false);
  return mapLimit(listedTogether(asked), together, ([part, shards]) => readMarks(store, part, shards));
}

/** Open shards whose marks one page of a listing mostly holds: small arrays of a step stand side by side, large ones are listed at once. */
function listedTogether(states: readonly ArrayState[]): readonly (readonly [RoundStep, readonly number[]])[] {
  const found: (readonly [RoundStep, number[]])[] = [];
  const lastOf = new Map<RoundStep, number[]>();
  for (const state of states.toSorted((a, b) => a.array.offset - b.array.offset)) {
    const shards = openShards(state);
    const last = lastOf.get(state.part);
    if (last && last.length + shards.length <= shardsTogether) {
      last.push(...shards);
      continue;
    }
    const own = [...shards];
    found.push([state.part, own]);
    lastOf.set(state.part, own);
  }
  return found;
}

/** Batch first, then marks. */
async function readArrays(
  look: LookPorts,
  moved: readonly Moved[],
  asked: readonly ArrayState[],
  room: number,
): Promise<void> {
  const { store, batch, calls, page } = look;
  let { left } = calls;
  for (const each of moved) {
    const { state, job } = each;
    if (!job || state.array.size === 1) continue;
    each.reading ??= readingOf(state, job, look);
    const needed = callsOf(state, job, each.reading, page);
    if (needed > left) each.short = needed;
    else left -= needed;
  }
  const read = moved.filter(({ short }) => !short);
  await mapLimit(read, together, each =>
    asFarAs(each, () => readBatch(batch, each, look.now()), callsLike(each, page)),
  );
  const nowRunning = asked.flatMap(state => runningIds(state));
  // Details of what runs are those that one request has room for, so that a look costs the same however many run.
  const isShort = nowRunning.length <= mostDetailed(room);
  await describeFailed(look, read);
  if (isShort) await describeSome(look, read, state => runningIds(state, true));
  else for (const state of asked) withoutDetails(state);
  await mapLimit(moved, together, ({ state }) => readMarks(store, state.part, openShards(state)));
}

/** What was listed in vain took as many calls again. */
const callsLike = ({ state, job, reading }: Moved, page: number): number =>
  job && reading ? Math.max(1, callsOf(state, job, reading, page)) : 1;

/** Does what takes calls of Batch; where they are at an end, the array is to be read by a later look. */
async function asFarAs(moved: Moved, ask: () => Promise<unknown>, needed: number): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof OutOfCalls)) throw error;
    moved.short = needed;
    moved.wasCut = true;
    // Half of a listing: all of it is to be listed again.
    moved.state.told &&= goneOn;
  }
}

async function describeFailed(look: LookPorts, moved: readonly Moved[]): Promise<void> {
  let left = look.calls.left * describedAtOnce;
  const fitting = moved.filter(each => {
    const { length } = failedIds(each.state);
    if (length > left) each.short ??= Math.ceil(length / describedAtOnce);
    else left -= length;
    return !each.short;
  });
  await describeSome(look, fitting, failedIds);
}

async function describeSome(
  { batch, calls }: LookPorts,
  moved: readonly Pick<Moved, 'state'>[],
  idsOf: (state: ArrayState) => readonly string[],
): Promise<void> {
  const ids = moved.flatMap(({ state }) => idsOf(state));
  if (ids.length === 0 || Math.ceil(ids.length / describedAtOnce) > calls.left) return;
  const jobs = new Map((await batch.describe(ids)).map((job): [string, JobDetail] => [job.jobId, job]));
  for (const { state } of moved)
    for (const id of idsOf(state)) {
      const job = jobs.get(id);
      if (job) readChild(state, job);
    }
}

/** What has ended without our seeing how, by Batch or, where it has forgotten the array, by the log of state changes. */
async function readWhatIsUnclear(look: LookPorts, moved: Moved): Promise<void> {
  const { store, batch, changes, calls, page } = look;
  const { state, job, vanished } = moved;
  if (!job) return readForgotten(changes, state);
  if (state.array.size === 1) return;
  const needed = succeededCalls(job, state.array.size, page);
  // A later look reads the array before.
  const inAll = needed + Math.max(callsLike(moved, page), callsOf(state, job, wholeReading(job, page), page));
  const { SUCCEEDED = 0 } = job.statusSummary ?? { SUCCEEDED: state.array.size };
  if (SUCCEEDED > state.succeeded + markedOf(state.part, state.array) && needed > calls.left) {
    moved.short = inAll;
    // What was read before took more than was told.
    moved.wasCut = true;
    return;
  }
  let late: readonly number[] = [];
  await asFarAs(
    moved,
    async () => {
      late = await readUnexplained(batch, state, job, vanished);
    },
    inAll,
  );
  if (moved.short) late = openShards(state);
  if (late.length === 0) return;
  await describeFailed(look, [moved]);
  await readMarks(store, state.part, late);
}

function conclude({ state, job, short }: Moved): void {
  // Batch's rates left no room: it counts as moved until it is read.
  state.isUnread = short !== undefined;
  const isUnasked = state.isUnread && state.told === undefined;
  if (isUnasked !== (state.isUnasked ?? false)) state.part.changed(state.array.offset);
  state.isUnasked = isUnasked;
  if (short) return;
  state.told = toldOf(job);
  state.summary = job?.statusSummary;
}
