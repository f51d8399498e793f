import { setTimeout as sleep } from 'node:timers/promises';
import { openProof } from '../../../jobs/plate-archive/deletion/open-proof.ts';
import { planDeletion } from '../../../jobs/plate-archive/deletion/plan-deletion.ts';
import { batchKey, deletedKey, type PlateName } from '../../../jobs/plate-archive/format/archive-keys.ts';
import type { SourceObject } from '../../../jobs/plate-archive/format/inventory.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import type { DeleteOutcome, ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { eachToItsEnd } from '../../../lib/contract/run/map-limit.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { type Conditions, howConditionsHold } from './conditions.ts';

export interface DeleteJob {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly journal: ObjectStore;
  readonly plate: PlateName;
  readonly digest: string;
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** DeleteObjects calls under way at once. */
  readonly parallel: number;
  /** Waits before what passes is asked again. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface Deletion {
  readonly deleted: number;
  /** Were not there. */
  readonly gone: number;
  /** Changed since the archive: they stay. */
  readonly changed: readonly string[];
  /** Came since the archive: they stay. */
  readonly added: readonly string[];
  readonly errors: readonly { readonly key: string; readonly reason: string }[];
}

const batchObjects = 1000;

/**
 * Deletes what the proof speaks of, each key under its ETag, in batches that are noted before and after: an interrupted
 * deletion goes on where it was. Throws PlateError before anything is deleted where there is no proof that holds.
 */
export async function deletePlate(job: DeleteJob): Promise<Deletion> {
  const { journal, plate, digest, now } = job;
  const proof = await openProof(job.proofs, plate, digest, now());
  const { inventory, going, isGoing, gone, changed, added } = await planDeletion(job, proof);
  // Batches are cut from the inventory and not from what is left, so that they are the same ones after an interruption.
  const batches = Math.ceil(inventory.objects.length / batchObjects);
  const total = { deleted: 0, gone, changed: [...changed], errors: [] as { key: string; reason: string }[] };
  const batchOf = (number: number): readonly SourceObject[] => {
    const batch: SourceObject[] = [];
    const end = Math.min((number + 1) * batchObjects, inventory.objects.length);
    for (let place = number * batchObjects; place < end; place++)
      if (isGoing(place)) batch.push(inventory.objects.at(place)!);
    return batch;
  };
  const first = Array.from({ length: batches }, (_, number) => number).find(each => batchOf(each).length > 0);
  if (first !== undefined)
    await journal.put(
      batchKey(plate, digest, first, 'intent'),
      intentOf(batchOf(first), proof.versionId, now()),
    );
  const conditions = await howConditionsHold(job.source, first === undefined ? [] : batchOf(first), job.log);
  let isRefused = false;
  await eachToItsEnd(new Array(batches).keys(), job.parallel, async number => {
    const objects = isRefused ? [] : batchOf(number);
    if (objects.length === 0) return;
    job.signal?.throwIfAborted();
    if (Date.parse(proof.text.expiresAt) <= now().getTime())
      throw new PlateError(['the proof has expired meanwhile']);
    await journal.put(batchKey(plate, digest, number, 'intent'), intentOf(objects, proof.versionId, now()));
    const outcomes = await deleteBatch(job, objects, conditions);
    const told = outcomes.filter(({ outcome }) => outcome !== 'deleted');
    for (const { key, outcome, reason = '' } of told) {
      if (outcome === 'gone') total.gone++;
      else if (outcome === 'changed') total.changed.push(key);
      else total.errors.push({ key, reason });
    }
    total.deleted += outcomes.length - told.length;
    const noted = { at: now().toISOString(), deleted: outcomes.length - told.length, others: told };
    await journal.put(batchKey(plate, digest, number, 'outcome'), `${JSON.stringify(noted)}\n`);
    job.log(`${total.deleted} of ${counted(going.length, 'object')} deleted`);
    // A refusal is the same for all that follow.
    if (told.some(({ reason }) => reason?.startsWith('AccessDenied'))) isRefused = true;
  });
  const deletion: Deletion = { ...total, added };
  if (deletion.errors.length === 0) await noteDeleted(job, proof.versionId, deletion);
  return deletion;
}

const intentOf = (objects: readonly SourceObject[], proofVersion: string, at: Date): string =>
  `${JSON.stringify({ at: at.toISOString(), proofVersion, objects: objects.map(({ key, etag, versionId }) => ({ key, etag, ...(versionId === undefined ? {} : { versionId }) })) })}\n`;

/** What passes is asked again; each key's fate is what S3 said last. */
async function deleteBatch(
  { source, pause = sleep }: DeleteJob,
  objects: readonly SourceObject[],
  { oneByOne, spent }: Conditions,
): Promise<readonly DeleteOutcome[]> {
  const outcomes = new Map<string, DeleteOutcome>();
  let open: readonly SourceObject[] = objects;
  for (let attempt = 1; open.length > 0; attempt++) {
    const answers = await source.deleteMany(
      open.map(({ key, etag }) => ({ key, etag })),
      { oneByOne },
    );
    for (const answer of answers) {
      // After a try whose answer was an error, a key that is gone was deleted by us.
      const isOurs = answer.outcome === 'gone' && (outcomes.has(answer.key) || spent.has(answer.key));
      outcomes.set(answer.key, isOurs ? { key: answer.key, outcome: 'deleted' } : answer);
    }
    const again = answers.filter(({ outcome, reason = '' }) => outcome === 'error' && passing.test(reason));
    if (again.length === 0 || attempt === 6) break;
    const keys = new Set(again.map(({ key }) => key));
    open = open.filter(({ key }) => keys.has(key));
    await pause(Math.random() * Math.min(5000, 100 * 2 ** attempt));
  }
  return objects.map(({ key }) => outcomes.get(key)!);
}

const passing =
  /^(InternalError|SlowDown|ServiceUnavailable|OperationAborted|ConditionalRequestConflict|RequestTimeout)/;

async function noteDeleted(
  { journal, plate, digest, now }: DeleteJob,
  proofVersion: string,
  deletion: Deletion,
): Promise<void> {
  const { deleted, gone, changed, added } = deletion;
  const note = { at: now().toISOString(), proofVersion, deleted, gone, changed, added: added.length };
  await journal.put(deletedKey(plate, digest), `${JSON.stringify(note)}\n`);
}
