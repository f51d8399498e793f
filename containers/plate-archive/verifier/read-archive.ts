import { createHash } from 'node:crypto';
import {
  indexKey,
  inventoryKey,
  manifestKey,
  type PlateName,
  sealKey,
} from '../../../jobs/plate-archive/format/archive-keys.ts';
import type { Seal } from '../../../jobs/plate-archive/format/seal.ts';
import { release } from '../../../jobs/plate-archive/release.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import type { Findings } from './findings.ts';
import {
  type IndexedMember,
  type IndexedObject,
  jsonLines,
  keyOfName,
  type ListedObject,
  type ListHead,
} from './lines.ts';

/** What an archive says of itself, compared with itself. */
export interface ReadArchive {
  readonly head: ListHead;
  readonly listed: readonly ListedObject[];
  readonly indexed: readonly IndexedMember[];
  readonly seal: Seal;
  /** Hex SHA-256 of the files as they lie there. The files are not held: they are as large as all that was read from them. */
  readonly digests: { readonly inventory: string; readonly index: string; readonly manifest: string };
}

export const hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Reads inventory, seal, index and manifest and compares them; undefined where they are too broken to go on. */
export async function readArchive(
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
  found: Findings,
): Promise<ReadArchive | undefined> {
  const get = async (key: string): Promise<Buffer | undefined> => {
    const bytes = await ownBytes(archive, key);
    return found.check('file-there', bytes !== undefined, () => `${key} is not there`) ? bytes : undefined;
  };
  const inventory = await get(inventoryKey(plate, digest));
  const sealed = await get(sealKey(plate, digest));
  const index = await get(indexKey(plate, digest));
  const manifest = await get(manifestKey(plate, digest));
  if (!inventory || !sealed || !index || !manifest) return undefined;
  if (
    !found.check(
      'inventory-digest',
      hex(inventory) === digest,
      () => `the inventory is not the one that was frozen: its SHA-256 is not ${digest}`,
    )
  )
    return undefined;
  try {
    const [head, ...listed] = [...jsonLines(inventory)] as [ListHead, ...ListedObject[]];
    const seal = JSON.parse(sealed.toString('utf8')) as Seal;
    const digests = { inventory: digest, index: hex(index), manifest: hex(manifest) };
    checkHead(head, listed, plate, digest, found);
    checkSealed(seal, digests, index, found);
    const indexed = readIndex(index, listed, seal.tars.length, found);
    checkCounts(seal, head, indexed, found);
    checkManifest(manifest, indexed, found);
    release([inventory, index, manifest]);
    return { head, listed, indexed, seal, digests };
  } catch (error) {
    found.check(
      'files-readable',
      false,
      () => `the archive's files cannot be read: ${(error as Error).message}`,
    );
    return undefined;
  }
}

/** A whole object in memory of its own, in one piece. */
async function ownBytes(archive: ObjectStore, key: string): Promise<Buffer | undefined> {
  const object = await archive.look(key);
  if (!object) return undefined;
  const bytes = Buffer.allocUnsafeSlow(object.size);
  await archive.readInto(key, bytes, { ifMatch: object.etag });
  return bytes;
}

function checkHead(
  head: ListHead,
  listed: readonly ListedObject[],
  plate: PlateName,
  digest: string,
  found: Findings,
): void {
  const isThis = head.project === plate.project && head.batch === plate.batch && head.plate === plate.plate;
  found.check(
    'inventory-plate',
    isThis,
    () => `the inventory ${digest} is of ${head.project}/${head.batch}/${head.plate}`,
  );
  const bytes = listed.reduce((sum, { size }) => sum + size, 0);
  found.check(
    'inventory-counts',
    head.objects === listed.length && head.bytes === bytes,
    () => `the inventory's head counts other objects or bytes than it lists`,
  );
  found.check('inventory-objects', listed.length > 0, () => 'the inventory lists nothing');
  const isSorted = listed.every(
    (each, i) => i === 0 || Buffer.compare(Buffer.from(listed[i - 1]!.key), Buffer.from(each.key)) < 0,
  );
  found.check('inventory-order', isSorted, () => 'the inventory is not in order, or has a key twice');
}

function checkSealed(seal: Seal, digests: ReadArchive['digests'], index: Buffer, found: Findings): void {
  found.check(
    'seal-inventory',
    seal.inventory === digests.inventory,
    () => `archive.json is of the inventory ${seal.inventory}`,
  );
  found.check(
    'index-digest',
    seal.index.sha256 === digests.index && seal.index.bytes === index.length,
    () => 'the index is not the one of archive.json',
  );
  found.check(
    'manifest-digest',
    seal.manifest === digests.manifest,
    () => 'the manifest is not the one of archive.json',
  );
  checkBlocks(seal, index, found);
}

function checkCounts(seal: Seal, head: ListHead, indexed: readonly IndexedMember[], found: Findings): void {
  found.check(
    'seal-counts',
    seal.objects === head.objects && seal.bytes === head.bytes,
    () => 'archive.json counts other objects or bytes than the inventory',
  );
  const markers = indexed.filter(({ tar }) => tar === undefined).length;
  const members = seal.tars.reduce((sum, tar) => sum + tar.members, 0);
  found.check(
    'seal-members',
    seal.markers === markers && members + markers === head.objects,
    () => 'archive.json counts other members than the inventory has objects',
  );
}

/** One object is found through a block alone: each must be what the top level says of it. */
function checkBlocks({ index: { blocks } }: Seal, index: Buffer, found: Findings): void {
  let at = 0;
  for (const block of blocks) {
    const bytes = index.subarray(block.offset, block.offset + block.bytes);
    const end = bytes.indexOf(10);
    const first = end < 0 ? undefined : (JSON.parse(bytes.toString('utf8', 0, end)) as IndexedObject).key;
    const isWell = block.offset === at && hex(bytes) === block.sha256 && first === block.first;
    found.check('index-blocks', isWell, () => `the index's top level is wrong at byte ${at}`);
    at += block.bytes;
  }
  found.check(
    'index-blocks-whole',
    at === index.length,
    () => `the index's top level ends at byte ${at} of ${index.length}`,
  );
}

/**
 * Inventory and index, object by object: the same ones, in the same order. Of a line is kept what the inventory does not have; a
 * plate has a hundred thousand.
 */
function readIndex(
  index: Buffer,
  listed: readonly ListedObject[],
  tars: number,
  found: Findings,
): readonly IndexedMember[] {
  const indexed: IndexedMember[] = [];
  let tar = 0;
  let isInPlace = true;
  for (const line of jsonLines(index)) {
    const own = line as IndexedObject;
    const source = listed[indexed.length];
    const is = (check: string, isWell: boolean, what: string): boolean =>
      found.check(check, isWell, () => `the index has ${own.key} with another ${what} than the inventory`);
    // One that is missing would move all that follow.
    isInPlace &&=
      source !== undefined &&
      is('index-key', own.key === source.key, `place (the inventory has ${source.key})`);
    indexed.push(memberOf(own, isInPlace ? source!.key : own.key));
    if (!isInPlace) continue;
    is('index-size', own.size === source!.size, 'size');
    is('index-etag', own.etag === source!.etag, 'ETag');
    is('index-version', own.versionId === source!.versionId, 'version');
    is('index-time', own.modified === source!.modified, 'time');
    const isMarker = source!.size === 0 && source!.key.endsWith('/');
    found.check(
      'index-marker',
      isMarker === (own.tar === undefined),
      () => `${own.key}: only empty objects whose key ends in a slash are in no tar`,
    );
    if (isMarker) {
      found.check(
        'marker-sha256',
        own.sha256 === hex(Buffer.alloc(0)),
        () => `${own.key} is empty, and has another SHA-256`,
      );
      continue;
    }
    const isInOrder = own.tar === tar || own.tar === tar + 1;
    found.check(
      'index-tar-order',
      isInOrder && own.tar! < tars,
      () => `${own.key} is said to lie in tar ${own.tar}`,
    );
    tar = own.tar ?? tar;
  }
  found.check(
    'index-count',
    listed.length === indexed.length,
    () => `${indexed.length} objects in the index, and ${listed.length} in the inventory`,
  );
  return indexed;
}

function memberOf({ tar, offset, member, sha256, crc32 }: IndexedObject, key: string): IndexedMember {
  if (tar === undefined || offset === undefined) return { key, sha256, crc32 };
  return member === undefined
    ? { key, tar, offset, sha256, crc32 }
    : { key, tar, offset, member, sha256, crc32 };
}

/** `SHA-256  path` of every file that unpacking gives, as the index has it. */
function checkManifest(manifest: Buffer, indexed: readonly IndexedMember[], found: Findings): void {
  let from = 0;
  let lines = 0;
  for (const own of indexed) {
    if (own.tar === undefined) continue;
    const end = manifest.indexOf(10, from);
    const line = end < 0 ? '' : manifest.toString('utf8', from, end);
    from = end < 0 ? manifest.length + 1 : end + 1;
    lines++;
    const [sha256, path = ''] = line.split(/ {2}(.*)/s);
    const name = path.replace(/%(25|0D|0A)/g, code => decodeURIComponent(code));
    const isWell = sha256 === own.sha256 && keyOfName(name) === own.key;
    found.check('manifest-line', isWell, () => `the manifest's line ${lines} is not that of ${own.key}`);
  }
  found.check(
    'manifest-count',
    from === manifest.length,
    () => `the manifest has other lines than those of the ${lines} files in the tars`,
  );
}
