import { isDeepStrictEqual } from 'node:util';
import { type Entry, isWell } from '../../../lib/ledger/entries.ts';
import type { Ledger, LedgerRow } from '../../../lib/ledger/ledger.ts';
import { tickMs, ticksBetween, ticksTogether } from '../../../lib/ledger/look/call-window.ts';
import { summaryMs } from '../../../lib/ledger/look/reading.ts';
import { readPlainLedger } from '../plain/ledger.ts';
import { freshReader, type World } from './world.ts';

/** The kept reader must say what one says that begins anew, and the plain one. Throws where it does not. */
export async function compare(world: World, when: string): Promise<void> {
  const { batch, store, rounds, items, spec } = world;
  let mine = await lookOf(world);
  // What Batch has not told yet nobody can know by asking it for parents.
  if (batch.isLate || batch.jobs.some(job => job.children.some(child => child.marked))) return;
  if (world.room === 'turns') {
    const children = batch.jobs.reduce((sum, job) => sum + job.children.length, 0);
    for (let turn = 0; turn <= children; turn++) {
      world.clock.now += summaryMs / 2;
      mine = await lookOf(world);
    }
  }
  // Until every call that was spared has been made, and summaries have had their minute.
  for (let more = world.isSparing ? 20 * ticksTogether : 0; more > 0; more--) {
    world.clock.now += tickMs;
    mine = await lookOf(world);
  }
  tellsFailures(when, mine);
  await tellsWhatIsOpen(when, mine);
  const fresh = await freshReader(world).look();
  if (world.room !== 'all') {
    same(when, await whole(mine, world), { fresh: await whole(fresh, world) });
    return;
  }
  const plain = await readPlainLedger({ store, batch, changes: batch }, { rounds, items, steps: spec.steps });
  const [a, b] = [await whole(mine, world), await whole(fresh, world)];
  // Without a request more a look knows how each item stands, and why.
  const [told, plainly] = [mine.rows.map(brief), plain.rows.map(brief)];
  if (!isDeepStrictEqual(told, plainly))
    throw new Error(`after ${when}, told briefly: ${JSON.stringify(told)}\n${JSON.stringify(plainly)}`);
  const c = {
    rows: plain.rows,
    counts: plain.counts,
    steps: plain.steps,
    atWork: plain.atWork,
    ended: plain.ended,
    underWay: underWay(plain, world),
  };
  same(when, a, { fresh: b, plain: c });
}

/** Of the run and of each step: what has failed in a round that is known already is passed over, and nothing else is. */
function tellsFailures(when: string, { rows, entries }: Ledger): void {
  const places = new Map(rows.map(row => row.name).map((name, at) => [name, at]));
  const placed = ({ name, round }: LedgerRow): number[] => [places.get(name)!, round];
  const all = rows.filter(row => row.state === 'failed').map(placed);
  const asked: number[][] = [];
  const isOdd = (position: number, round: number): boolean => asked.push([position, round]) % 2 === 1;
  const told = [...rows.failed(isOdd)].map(placed);
  const steps = entries.map(step => [
    [...step.failures(position => position % 2 === 1)],
    [...step].filter((entry, position) => entry.state === 'failed' && position % 2 === 0),
  ]);
  const expected = [all, all.filter((_, at) => at % 2 === 1)];
  if (
    !isDeepStrictEqual([asked, told], expected) ||
    steps.some(([one, other]) => !isDeepStrictEqual(one, other))
  )
    throw new Error(`after ${when}, failures: ${JSON.stringify([asked, told, expected, steps])}`);
}

/** What is not done says all of it without the records of what is. */
async function tellsWhatIsOpen(when: string, ledger: Ledger): Promise<void> {
  for (const step of ledger.entries) {
    const told: Entry[][] = [];
    for (const details of [false, true]) {
      const open: Entry[] = [];
      for await (const entry of ledger.stream(step, { details })) if (!isWell(entry.state)) open.push(entry);
      told.push(open);
    }
    const [brief, whole] = told;
    if (!isDeepStrictEqual(brief, whole))
      throw new Error(`after ${when}, what is open: ${JSON.stringify(brief)}\n${JSON.stringify(whole)}`);
  }
}

/** A look of the kept reader, which makes no more calls than its share. */
export async function lookOf(world: World): Promise<Ledger> {
  const { kept, batch, isSparing, asked, clock } = world;
  const before = batch.asked;
  asked.push(...ticksBetween(world.lookedAt ?? clock.now, clock.now).slice(1));
  world.lookedAt = clock.now;
  const ledger = await kept.look({ isSparing }).finally(() => asked.push(batch.asked - before));
  const last = asked.slice(-ticksTogether);
  const sum = last.reduce((all, each) => all + each, 0);
  if (isSparing && sum > ticksTogether && !isSaved(asked))
    throw new Error(`calls of ticks: ${asked.slice(-100)}`);
  return ledger;
}

/** Whether the calls of the last ten ticks are those of one look, which has come after as many ticks of none. */
function isSaved(asked: readonly number[]): boolean {
  const at = asked.findLastIndex(each => each > 0);
  const before = asked.slice(Math.max(0, at - asked[at]! + 1), at);
  return (
    asked.slice(-ticksTogether).filter(each => each > 0).length === 1 && before.every(each => each === 0)
  );
}

function same(when: string, mine: object, others: Readonly<Record<string, object>>): void {
  for (const [name, other] of Object.entries(others))
    if (!isDeepStrictEqual(mine, other))
      throw new Error(
        `after ${when}, not as the ${name} one: ${JSON.stringify(mine)}\n${JSON.stringify(other)}`,
      );
}

/** What a look knows of an item; what is done, or was before its input was done again, says no more without its record. */
function brief({ name, state, step, round, attempts, reason, exitCode, jobId }: Brief) {
  return state === 'done' || reason === 'what it was made from was done again'
    ? { name, state, attempts }
    : { name, state, step, round, attempts, reason, exitCode, jobId };
}

type Brief = Pick<
  LedgerRow,
  'name' | 'state' | 'step' | 'round' | 'attempts' | 'reason' | 'exitCode' | 'jobId'
>;

async function whole(ledger: Ledger, world: World) {
  const rows = [];
  for await (const row of ledger.rows.stream({ details: true })) rows.push(row);
  const { counts, steps, atWork, ended } = ledger;
  return { rows, counts, steps, atWork, ended, underWay: underWay(ledger, world) };
}

const underWay = ({ isUnderWay }: Pick<Ledger, 'isUnderWay'>, { spec, items }: World): readonly string[] =>
  spec.steps.flatMap(step => items.filter(({ name }) => isUnderWay(step.name, name)).map(item => item.name));
