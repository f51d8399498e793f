import { isDeepStrictEqual } from 'node:util';
import type { Ledger, LedgerRow } from '../../../../lib/ledger/ledger.ts';
import { roundsEveryMs } from '../../../../lib/ledger/reader.ts';
import { compare, lookOf } from '../compare.ts';
import { endSome, happen } from '../happen.ts';
import { freshReader, ignoreCut } from '../world.ts';
import { type HeadEvent, type HeadHistory, isDeed } from './events.ts';
import { beginOpen, type HeadWorld, learnRounds, send, someJobs } from './world.ts';

/**
 * Plays a history of an open run with a head. After every event what the head's queue tells of its jobs must be what a reader
 * says that begins anew, and what one says who has watched the run from elsewhere. Throws where it is not.
 */
export async function playHead(history: HeadHistory): Promise<void> {
  const world = await beginOpen(history);
  for (const [index, event] of history.events.entries()) {
    const when = `event ${index}, ${JSON.stringify(event)}`;
    await happenToHead(world, event, when);
    await compareHead(world, when, event.kind === 'cut-send');
    // Who watches sees a round of another one within this time.
    if (isDeed(event) && event.kind !== 'cut-look') {
      world.clock.now += roundsEveryMs;
      if (event.pick % 3 === 0) await cutAt(world, event.pick, () => lookOf(world));
    }
    await compare(world, when);
  }
}

async function happenToHead(world: HeadWorld, event: HeadEvent, when: string): Promise<void> {
  const { clock, wanted } = world;
  if (!isDeed(event)) return happen(world, event);
  const { kind, pick } = event;
  if (kind === 'send') await send(world, someJobs(world, pick));
  else if (kind === 'cut-send')
    await cutAt(world, pick, async () => {
      await send(world, someJobs(world, pick));
      await world.head.queue.wait(0);
    });
  else if (kind === 'cut-look') {
    await endSome(world, pick);
    clock.now += pick % 2 === 0 ? world.everyMs : 0;
    await cutAt(world, pick, () => world.head.queue.wait(0));
  } else {
    await world.head.settle();
    await learnRounds(world);
    const fresh = await freshReader(world).look();
    // One that is killed as it begins leaves the next one all that it found.
    world.head = world.newHead();
    const all = [...wanted.values()];
    await cutAt(world, pick, () => send(world, all));
    world.head = world.newHead();
    const adopted = await send(world, all);
    compareAdopted(world, fresh, adopted, when);
  }
}

async function cutAt(world: HeadWorld, pick: number, work: () => Promise<unknown>): Promise<void> {
  world.fail.in = 1 + (pick % 16);
  await work().catch(ignoreCut);
  world.fail.in = Number.POSITIVE_INFINITY;
}

/** A head that begins waits for all that a fresh reader calls under way or done, and sends the rest anew. */
function compareAdopted(world: HeadWorld, fresh: Ledger, adopted: ReadonlySet<string>, when: string): void {
  // A failed child may be in no summary yet: it is told by a later look.
  if (world.batch.isLate) return;
  const expected = [...world.wanted.keys()].filter(name => {
    const id = idOf(world, name);
    return id !== undefined && (fresh.isUnderWay('run', id) || isWell(fresh.rows.named(id)!));
  });
  if (!isDeepStrictEqual([...adopted].sort(), expected.sort()))
    throw new Error(`after ${when} a new head waits for ${[...adopted]} and not for ${expected}`);
}

/** `wasCut`: requests have failed since, so that jobs may not have been submitted. */
async function compareHead(world: HeadWorld, when: string, wasCut: boolean): Promise<void> {
  await answersOf(world, when, wasCut);
  if (world.everyMs > 0) {
    world.clock.now += world.everyMs;
    await answersOf(world, when, false);
  }
  if (world.batch.isLate) return;
  const fresh = await freshReader(world).look();
  const missed = [...world.wanted.keys()].filter(name => !fresh.isUnderWay('run', idOf(world, name) ?? ''));
  if (missed.length > 0) throw new Error(`after ${when} the head does not say that ${missed} have ended`);
}

/** Every answer at a look: received at once, and compared. */
async function answersOf(world: HeadWorld, when: string, wasCut: boolean): Promise<void> {
  const { queue } = world.head;
  const told = new Map<string, string>();
  for (let name = await queue.wait(0); name !== undefined; name = await queue.wait(0)) {
    const { text, hasResult } = await queue.receive(name, '/file');
    if (hasResult !== text.startsWith('is done'))
      throw new Error(`after ${when} ${name} has a result: ${text}`);
    world.wanted.delete(name);
    told.set(name, text);
  }
  await learnRounds(world);
  if (told.size === 0) return;
  const fresh = await freshReader(world).look();
  for (const [name, text] of told) {
    const id = idOf(world, name);
    const isUnsent = text.startsWith('could not be submitted');
    const expected = isUnsent && !wasCut ? undefined : await expectedOf(fresh, id, isUnsent);
    if (!expected?.every(part => text.includes(part)))
      throw new Error(`after ${when} the head says of ${name} (${id}): ${text}\na fresh reader: ${expected}`);
  }
}

/** The newest job of that name. */
const idOf = ({ items }: HeadWorld, name: string): string | undefined =>
  items.findLast(({ labels }) => labels?.job === name)?.name;

const isWell = ({ state }: Pick<LedgerRow, 'state'>): boolean => state === 'done' || state === 'partial';

/** What the text of a job's end has to have; undefined where there must be none. */
async function expectedOf(
  fresh: Ledger,
  id: string | undefined,
  isUnsent: boolean,
): Promise<readonly string[] | undefined> {
  if (id === undefined) return isUnsent ? [] : undefined;
  if (fresh.isUnderWay('run', id)) return undefined;
  for await (const row of fresh.rows.stream({ details: true, names: [id] })) {
    if (isWell(row)) return ['is done'];
    // Whoever is told that may send it again: it can never begin.
    if (isUnsent) return row.state === 'cancelled' && row.jobId === undefined ? [] : undefined;
    const facts = [
      row.exitCode === undefined ? undefined : `exit code ${row.exitCode}`,
      row.reason,
      row.jobId === undefined ? undefined : `job ${row.jobId}`,
    ];
    return ['failed: ', ...facts.filter(fact => fact !== undefined)];
  }
  return undefined;
}
