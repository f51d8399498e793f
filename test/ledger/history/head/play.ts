import { isDeepStrictEqual } from 'node:util';
import type { Ledger, LedgerRow } from '../../../../lib/ledger/ledger.ts';
import { roundsEveryMs } from '../../../../lib/ledger/reader.ts';
import { compare, lookOf } from '../compare.ts';
import { endSome, happen } from '../happen.ts';
import { freshReader, ignoreCut } from '../world.ts';
import { type HeadEvent, type HeadHistory, isDeed } from './events.ts';
import { beginOpen, type HeadWorld, learnRounds, send } from './world.ts';

/**
 * Plays a history of an open run with a head. After every event what the head's queue tells of its jobs must be what a reader
 * says that begins anew, and what one says who has watched the run from elsewhere. Throws where it is not.
 */
export async function playHead(history: HeadHistory): Promise<void> {
  const world = await beginOpen(history);
  for (const [index, event] of history.events.entries()) {
    const when = `event ${index}, ${JSON.stringify(event)}`;
    await happenToHead(world, event, when);
    await learnRounds(world);
    await compareHead(world, when);
    // Who watches sees a round of another one within this time.
    if (event.kind === 'send' || event.kind === 'cut-send') {
      world.clock.now += roundsEveryMs;
      if (event.pick % 3 === 0) await cutAt(world, event.pick, () => lookOf(world));
    }
    await compare(world, when);
  }
}

async function happenToHead(world: HeadWorld, event: HeadEvent, when: string): Promise<void> {
  const { waiting, clock } = world;
  if (!isDeed(event)) await happen(world, event);
  else if (event.kind === 'send') await send(world, event.pick);
  else if (event.kind === 'cut-send') await cutAt(world, event.pick, () => send(world, event.pick));
  else if (event.kind === 'cut-look') {
    await endSome(world, event.pick);
    clock.now += event.pick % 2 === 0 ? world.everyMs : 0;
    await cutAt(world, event.pick, () => world.head.look([...waiting]));
  } else {
    await world.head.settle?.();
    waiting.clear();
    await cutAt(world, event.pick, () => world.newHead().underWay());
    world.head = world.newHead();
    for (const { id } of await world.head.underWay()) waiting.add(id);
    await compareUnderWay(world, when);
  }
}

async function cutAt(world: HeadWorld, pick: number, work: () => Promise<unknown>): Promise<void> {
  world.fail.in = 1 + (pick % 16);
  await work().catch(ignoreCut);
  world.fail.in = Number.POSITIVE_INFINITY;
}

/** What a head that begins finds: all that a fresh reader calls under way or done, but for what was received. */
async function compareUnderWay(world: HeadWorld, when: string): Promise<void> {
  await learnRounds(world);
  // A failed child may be in no summary yet: it is told by a later look.
  if (world.batch.isLate) return;
  const fresh = await freshReader(world).look();
  const expected = world.items
    .map(({ name }) => name)
    .filter(id => !world.received.has(id) && (fresh.isUnderWay('run', id) || isWell(fresh.rows.named(id)!)));
  if (!isDeepStrictEqual([...world.waiting].sort(), expected.sort()))
    throw new Error(`after ${when} a new head waits for ${[...world.waiting]} and not for ${expected}`);
}

async function compareHead(world: HeadWorld, when: string): Promise<void> {
  await answersOf(world, when);
  if (world.everyMs > 0) {
    world.clock.now += world.everyMs;
    await answersOf(world, when);
  }
  if (world.batch.isLate) return;
  const fresh = await freshReader(world).look();
  const missed = [...world.waiting].filter(id => !fresh.isUnderWay('run', id));
  if (missed.length > 0) throw new Error(`after ${when} the head does not say that ${missed} have ended`);
}

/** Every answer at a look: received at once, and compared. */
async function answersOf(world: HeadWorld, when: string): Promise<void> {
  const { head, waiting, received } = world;
  const ended = await head.look([...waiting]);
  if (ended.length === 0) return;
  const fresh = await freshReader(world).look();
  for (const id of ended) {
    const { text, hasResult } = await head.result(id, '/file');
    waiting.delete(id);
    received.add(id);
    const expected = await told(fresh, id);
    if (
      fresh.isUnderWay('run', id) ||
      !expected.every(part => text.includes(part)) ||
      hasResult !== text.startsWith('is done')
    )
      throw new Error(
        `after ${when} the head says of ${id}: ${text}\na fresh reader: ${expected} ${fresh.isUnderWay('run', id)}`,
      );
  }
}

const isWell = ({ state }: Pick<LedgerRow, 'state'>): boolean => state === 'done' || state === 'partial';

/** What the text of a job's end has to have. */
async function told(fresh: Ledger, id: string): Promise<readonly string[]> {
  for await (const row of fresh.rows.stream({ details: true, names: [id] })) {
    if (isWell(row)) return ['is done'];
    const facts = [
      row.exitCode === undefined ? undefined : `exit code ${row.exitCode}`,
      row.reason,
      row.jobId === undefined ? undefined : `job ${row.jobId}`,
    ];
    return ['failed: ', ...facts.filter(fact => fact !== undefined)];
  }
  throw new Error(`no row ${id}`);
}
