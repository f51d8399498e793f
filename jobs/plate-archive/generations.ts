import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import {
  generationKey,
  generationOf,
  generationsPrefix,
  inventoryKey,
  type PlateName,
} from './archive-keys.ts';
import { decodeInventory, type Inventory, sha256 } from './inventory.ts';

/** One time that a plate was archived. */
export interface Generation {
  readonly number: number;
  readonly inventory: Inventory;
}

/** The plate's newest archive, whole or not; undefined where there is none. */
export async function newestGeneration(
  archive: ObjectStore,
  plate: PlateName,
): Promise<Generation | undefined> {
  let newest = 0;
  for await (const { key } of archive.list(generationsPrefix(plate)))
    newest = Math.max(newest, generationOf(key));
  return newest === 0 ? undefined : readGeneration(archive, plate, newest);
}

/** Reads a generation's inventory, and believes it only when its bytes have the digest that names it. */
export async function readGeneration(
  archive: ObjectStore,
  plate: PlateName,
  number: number,
): Promise<Generation> {
  const key = generationKey(plate, number);
  const text = await archive.get(key);
  if (!text) throw new Error(`${key} is gone`);
  const digest = text.toString('utf8').trim();
  const bytes = await archive.get(inventoryKey(plate, digest));
  if (!bytes) throw new Error(`the inventory ${inventoryKey(plate, digest)} is gone`);
  if (sha256(bytes) !== digest)
    throw new Error(`the inventory ${inventoryKey(plate, digest)} is not the one that was frozen`);
  return { number, inventory: decodeInventory(bytes) };
}

/**
 * Makes an inventory the plate's next archive. Whoever writes the number first wins; the other goes on with the winner's:
 * two archivers at once then make the same tars.
 */
export async function nextGeneration(
  archive: ObjectStore,
  plate: PlateName,
  number: number,
  inventory: Buffer,
): Promise<Generation> {
  const digest = sha256(inventory);
  await archive.put(inventoryKey(plate, digest), inventory, { ifNoneMatch: true });
  await archive.put(generationKey(plate, number), `${digest}\n`, { ifNoneMatch: true });
  return readGeneration(archive, plate, number);
}
