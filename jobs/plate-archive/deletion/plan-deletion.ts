import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { whatLiesOver } from '../audit.ts';
import { currentObjects } from '../current-objects.ts';
import { indexKey, inventoryKey, type PlateName, tarKey } from '../format/archive-keys.ts';
import { placeFinder } from '../format/find-place.ts';
import {
  compareKeys,
  decodeInventory,
  type Inventory,
  type SourceObject,
  sha256,
} from '../format/inventory.ts';
import { type List, lazyList } from '../format/list.ts';
import { objectsDigest } from '../format/proof.ts';
import { PlateError } from '../plate/plate-error.ts';
import { release } from '../release.ts';
import { wholeObject } from '../whole-object.ts';
import type { DeletionProof } from './open-proof.ts';

/** What would become of every object below the plate's folders. */
export interface DeletionPlan {
  readonly inventory: Inventory;
  /** As the proof has them, and still there as they were. */
  readonly going: List<SourceObject>;
  /** Whether the object at a place of the inventory is one of them. */
  isGoing(place: number): boolean;
  /** Not there any more. */
  readonly gone: number;
  /** Changed or written anew since: they stay. */
  readonly changed: readonly string[];
  /** Added since: they stay. */
  readonly added: readonly string[];
}

/** Compares proof, inventory, archive and source once more. Throws PlateError where the proof does not hold any longer. */
export async function planDeletion(
  {
    source,
    archive,
    plate,
  }: { readonly source: ObjectStore; readonly archive: ObjectStore; readonly plate: PlateName },
  proof: DeletionProof,
): Promise<DeletionPlan> {
  const inventory = await provenInventory(archive, plate, proof);
  await checkTars(archive, plate, proof);
  const { head, objects } = inventory;
  if (head.bucket !== source.bucket || proof.text.bucket !== source.bucket)
    throw new PlateError([
      `the proof is of the bucket ${proof.text.bucket}, and ${source.bucket} is to be deleted from`,
    ]);
  const placeOf = placeFinder(objects);
  const states = new Uint8Array(objects.length);
  const changed: string[] = [];
  const added: string[] = [];
  for (const { prefix } of head.folders)
    for await (const page of currentObjects(source, prefix))
      for (const object of page) {
        const place = placeOf(object.key);
        if (place < 0) added.push(object.key);
        else states[place] = isSame(objects.at(place)!, object) ? same : other;
      }
  added.sort(compareKeys);
  const places = new Uint32Array(states.reduce((sum, state) => sum + (state === same ? 1 : 0), 0));
  let [going, gone] = [0, 0];
  for (const [place, state] of states.entries()) {
    if (state === same) places[going++] = place;
    else if (state === other) changed.push(objects.at(place)!.key);
    else gone++;
  }
  return {
    ...{ inventory, gone, changed, added },
    going: lazyList(going, i => objects.at(places[i]!)!),
    isGoing: place => states[place] === same,
  };
}

/** What the listing has of an object of the inventory; 0 where it has nothing. */
const [same, other] = [1, 2];

const isSame = (was: SourceObject, is: SourceObject): boolean =>
  was.etag === is.etag && was.size === is.size && was.versionId === is.versionId;

async function provenInventory(
  archive: ObjectStore,
  plate: PlateName,
  { text }: DeletionProof,
): Promise<Inventory> {
  const bytes = await wholeObject(archive, inventoryKey(plate, text.inventory));
  if (!bytes || sha256(bytes) !== text.inventory)
    throw new PlateError([
      'the inventory is not the one that was proven: lab archive verify says what of the archive is damaged',
    ]);
  const inventory = decodeInventory(bytes);
  const { objects } = inventory;
  if (objectsDigest(objects) !== text.objectsDigest || objects.length !== text.objects)
    throw new PlateError(['the proof is of other objects than the inventory lists']);
  const index = await wholeObject(archive, indexKey(plate, text.inventory));
  if (!index || sha256(index) !== text.index)
    throw new PlateError([
      'the index is not the one that was proven: lab archive verify says what of the archive is damaged',
    ]);
  release([index]);
  return inventory;
}

/** The very versions that were read, still there, and what a restore would find. */
async function checkTars(archive: ObjectStore, plate: PlateName, { text }: DeletionProof): Promise<void> {
  const problems: string[] = [];
  for (const [i, proven] of text.tars.entries()) {
    const key = tarKey(plate, text.inventory, i);
    const now = await archive.look(
      key,
      proven.versionId === undefined ? {} : { versionId: proven.versionId },
    );
    const crc32 = now?.checksums.CRC32 && Buffer.from(now.checksums.CRC32, 'base64').toString('hex');
    if (!now) problems.push(`${key} is not there any more`);
    else if (now.size !== proven.bytes || now.etag !== proven.etag || crc32 !== proven.crc32)
      problems.push(`${key} is another than the one that was proven`);
    const covered = now && (await whatLiesOver(archive, key, proven));
    if (covered) problems.push(covered);
  }
  if (problems.length > 0) throw new PlateError(problems);
}
