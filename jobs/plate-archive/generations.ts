import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import {
  generationKey,
  generationOf,
  generationsPrefix,
  inventoryKey,
  type PlateName,
} from './format/archive-keys.ts';
import { decodeInventory, type Inventory, type InventoryHead, sha256 } from './format/inventory.ts';
import { storedJson } from './format/stored-json.ts';
import { keptTwice } from './kept-twice.ts';
import { PlateError } from './plate/plate-error.ts';
import { release } from './release.ts';

/** One time that a plate was archived. */
export interface Generation {
  readonly number: number;
  readonly inventory: Inventory;
}

/** An archive of a plate by its name, before anything of it is read. */
export interface ArchiveName {
  readonly number: number;
  /** Hex SHA-256 of its inventory. */
  readonly digest: string;
}

/** Numbers of a plate's archives, oldest first. */
export async function archiveNumbers(archive: ObjectStore, plate: PlateName): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const { key } of archive.list(generationsPrefix(plate))) numbers.push(generationOf(key));
  return numbers.sort((a, b) => a - b);
}

/** The plate's newest archive, or that of a number; undefined where it has none. Throws PlateError where it has not that one. */
export async function nameOfArchive(
  archive: ObjectStore,
  plate: PlateName,
  number?: number,
): Promise<ArchiveName | undefined> {
  const numbers = await archiveNumbers(archive, plate);
  const wanted = number ?? numbers.at(-1);
  if (wanted === undefined) return undefined;
  if (!numbers.includes(wanted))
    throw new PlateError([`${plate.plate} has no archive ${wanted}: it has ${numbers.join(', ') || 'none'}`]);
  return readName(archive, plate, wanted);
}

async function readName(archive: ObjectStore, plate: PlateName, number: number): Promise<ArchiveName> {
  const key = generationKey(plate, number);
  const digest = (await archive.get(key))?.toString('utf8').trim();
  if (!digest || !/^[0-9a-f]{64}$/.test(digest)) throw new PlateError([`${key} is lost or damaged`]);
  return { number, digest };
}

/** The plate's newest archive, whole or not; undefined where there is none. Throws PlateError where its inventory is lost. */
export async function newestGeneration(
  archive: ObjectStore,
  plate: PlateName,
): Promise<Generation | undefined> {
  const name = await nameOfArchive(archive, plate);
  return name && readGeneration(archive, plate, name);
}

const headBytes = 64 * 1024;

/** The head of an inventory, for who shows it: some kilobytes of many megabytes, and so not compared with its digest. */
export async function readHead(
  archive: ObjectStore,
  plate: PlateName,
  name: ArchiveName,
): Promise<InventoryHead> {
  const bytes = await archive.get(inventoryKey(plate, name.digest), [0, headBytes]);
  const end = bytes?.indexOf(10) ?? -1;
  if (end < 0) return (await readGeneration(archive, plate, name)).inventory.head;
  return storedJson<InventoryHead>(bytes!.subarray(0, end), inventoryKey(plate, name.digest));
}

/** Reads a generation's inventory, and believes it only when its bytes have the digest that names it. */
export async function readGeneration(
  archive: ObjectStore,
  plate: PlateName,
  { number, digest }: ArchiveName,
): Promise<Generation> {
  const bytes = await keptTwice(archive, plate, digest, 'inventory.ndjson', digest);
  return { number, inventory: decodeInventory(bytes) };
}

/**
 * Makes an inventory the plate's next archive. Whoever writes the number first wins; the other goes on with the winner's:
 * two archivers at once then make the same tars. The bytes are given up: what goes on is what is read back.
 */
export async function nextGeneration(
  archive: ObjectStore,
  plate: PlateName,
  number: number,
  inventory: Buffer,
): Promise<Generation> {
  const digest = sha256(inventory);
  await archive.put(inventoryKey(plate, digest), inventory, { ifNoneMatch: true });
  release([inventory]);
  await archive.put(generationKey(plate, number), `${digest}\n`, { ifNoneMatch: true });
  return readGeneration(archive, plate, await readName(archive, plate, number));
}
