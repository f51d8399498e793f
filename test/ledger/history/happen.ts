import { isTerminal } from '../../../lib/contract/ports/ports.ts';
import { cancelReason } from '../../../lib/contract/run/claim.ts';
import { roundsEveryMs } from '../../../lib/ledger/reader.ts';
import { closeRound } from '../../../lib/runs/close-round.ts';
import { storeRound } from '../../../lib/runs/store-round.ts';
import { submitRound } from '../../../lib/runs/submit-round.ts';
import { workLeft } from '../../../lib/runs/work-left.ts';
import type { ArrayBatch, Child, Job } from './array-batch.ts';
import { lookOf } from './compare.ts';
import { type Event, type Outcome, outcomes } from './events.ts';
import { claimed, leave } from './leave.ts';
import { freshReader, ignoreCut, planOf, type World } from './world.ts';

/** What no summary tells of, or late. */
const untold: readonly Event['kind'][] = ['late', 'blink', 'swap'];

/** One event, as far as there is something that it could happen to. */
export async function happen(world: World, event: Event): Promise<void> {
  const { batch, store, rounds, clock, fail } = world;
  const choose = <T>(list: readonly T[]): T | undefined => list[event.pick % Math.max(1, list.length)];
  const children = (fits: (child: Child, job: Job) => boolean): { job: Job; child: Child }[] =>
    batch.jobs.flatMap(job => job.children.filter(child => fits(child, job)).map(child => ({ job, child })));
  clock.now += 1000;
  if (world.room === 'calm' && untold.includes(event.kind)) return;
  if (event.kind === 'start') {
    const found = choose(
      children(
        (child, job) =>
          child.status === 'STARTING' || (child.status === 'RUNNABLE' && batch.mayStart(job, child.index)),
      ),
    );
    if (found) found.child.status = found.child.status === 'STARTING' ? 'RUNNING' : 'STARTING';
  } else if (event.kind === 'mark') {
    const found = choose(children(child => child.status === 'RUNNING' && !child.marked));
    if (found && (await claimed(world, found.job))) {
      await leave(world, found.job, found.child, 'done');
      found.child.marked = true;
    }
  } else if (event.kind === 'end') {
    const found = choose(children(child => child.status === 'RUNNING'));
    if (found) await end(world, found.job, found.child, event.outcome);
  } else if (event.kind === 'blink') {
    // An attempt comes and goes between two summaries: the one after is the one before.
    const found = choose(children((child, job) => mayBegin(batch, job, child)));
    if (found) await blink(world, found.job, found.child, event.pick % 3 > 0);
  } else if (event.kind === 'swap') {
    // The same of two children: one runs in place of the other.
    const gone = choose(
      children(child => child.status === 'RUNNING' && child.attempts.length < 2 && !child.marked),
    );
    const come = gone?.job.children.find(child => mayBegin(batch, gone.job, child));
    if (gone && come) {
      await blink(world, gone.job, gone.child, event.pick % 3 > 0);
      come.status = 'RUNNING';
    }
  } else if (event.kind === 'forget') {
    const found = choose(
      batch.jobs.filter(job => !job.forgotten && job.children.every(each => isTerminal(each.status))),
    );
    if (found) found.forgotten = true;
  } else if (event.kind === 'cancel') {
    for (const plan of rounds)
      for (const job of await closeRound({ store, batch }, plan))
        await batch.terminate(job.jobId, cancelReason('r'));
  } else if (event.kind === 'resume')
    await submitRound({ store, batch }, rounds.at(-1)!).catch(() => undefined);
  else if (event.kind === 'retry') await retry(world, event.pick);
  else if (event.kind === 'late') batch.isLate = !batch.isLate;
  else if (event.kind === 'wait') clock.now += roundsEveryMs;
  else if (event.kind === 'cut') {
    // A look that breaks off anywhere leaves nothing half known of what there is to learn.
    await endSome(world, event.pick);
    fail.in = 1 + (event.pick % 12);
    await lookOf(world).catch(ignoreCut);
    fail.in = Number.POSITIVE_INFINITY;
  }
  batch.failDependents();
}

const mayBegin = (batch: ArrayBatch, job: Job, { status, attempts, index }: Child): boolean =>
  status === 'RUNNABLE' && attempts.length < 2 && batch.mayStart(job, index);

/** An attempt ends and another is to follow; with a record of what was done, or killed without. */
async function blink(world: World, job: Job, child: Child, hasRecord: boolean): Promise<void> {
  if (!(await claimed(world, job))) return;
  if (hasRecord) await leave(world, job, child, 'again');
  const attempt = { exitCode: 75, statusReason: 'Host EC2 (instance i-0abcdef12) terminated.' };
  child.attempts = [...child.attempts, attempt];
  child.status = 'RUNNABLE';
}

async function end(world: World, job: Job, child: Child, outcome: Outcome): Promise<void> {
  const isOurs = await claimed(world, job);
  const name = child.marked ? 'done' : outcome;
  if (isOurs && !child.marked && name !== 'killed' && name !== 'silent') await leave(world, job, child, name);
  const isBad = !isOurs || name === 'failed' || name === 'killed';
  const exitCode = isBad ? (name === 'killed' ? 137 : 1) : name === 'again' ? 75 : 0;
  const statusReason =
    name === 'killed' ? 'Host EC2 (instance i-0abcdef12) terminated.' : 'Essential container in task exited';
  child.attempts = [...child.attempts, { exitCode, statusReason, logStream: `log-${child.attempts.length}` }];
  delete child.marked;
  if (name === 'again' && child.attempts.length < 3 && isOurs) child.status = 'RUNNABLE';
  else {
    Object.assign(child, { exitCode, statusReason });
    child.status = isBad || name === 'again' ? 'FAILED' : 'SUCCEEDED';
  }
}

/** Some of what runs ends, and may be told of by nobody yet. */
export async function endSome(world: World, pick: number): Promise<void> {
  // By other digits than those that say where the look breaks off.
  for (let each = (pick >> 5) % 4; each > 0; each--)
    await happen(world, {
      kind: 'end',
      pick: pick + each,
      outcome: outcomes[(pick + each) % outcomes.length]!,
    });
}

/** Somebody retries on another machine: all that is left, or only what is named. */
async function retry(world: World, pick: number): Promise<void> {
  const { spec, store, batch, rounds, clock } = world;
  const fresh = await freshReader(world).look();
  if (!fresh.ended) return;
  for (const plan of rounds) await closeRound({ store, batch }, plan);
  const names = pick % 3 === 0 ? [world.items[pick % world.items.length]!.name] : undefined;
  const ledger = await freshReader(world).look();
  const left = workLeft(spec, ledger, { ...(names ? { names } : {}), partial: pick % 2 === 0 });
  if (Object.keys(left).length === 0) return;
  const { plan, files } = planOf(
    spec,
    rounds.length,
    Object.fromEntries(
      Object.entries(left).map(([step, entries]) => [step, [{ items: entries.map(each => each.item) }]]),
    ),
  );
  await storeRound(store, plan, files);
  rounds.push(plan);
  await submitRound({ store, batch }, plan);
  // Who watches what has ended sees it at once, others within this time.
  clock.now += roundsEveryMs;
}
