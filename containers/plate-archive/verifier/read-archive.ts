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
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Findings } from './findings.ts';
import { IndexColumns } from './index-columns.ts';
import { type IndexedObject, keyOfName, LineTable, type ListedObject, type ListHead } from './lines.ts';

/** What an archive says of itself, compared with itself. */
export interface ReadArchive {
  readonly head: ListHead;
  readonly listed: LineTable<ListedObject>;
  readonly indexed: IndexColumns;
  readonly seal: Seal;
  /** Hex SHA-256 of the files as they lie there. Of these only the inventory is held. */
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
  const look = async (key: string): Promise<StoredObject | undefined> => {
    const object = await archive.look(key);
    found.check('file-there', object !== undefined, () => `${key} is not there`);
    return object;
  };
  const files = [
    await look(inventoryKey(plate, digest)),
    await look(sealKey(plate, digest)),
    await look(indexKey(plate, digest)),
    await look(manifestKey(plate, digest)),
  ];
  if (!files.every(each => each !== undefined)) return undefined;
  const get = (place: number): Promise<Buffer> => bytesOf(archive, files[place]!);
  const inventory = await get(0);
  if (
    !found.check(
      'inventory-digest',
      hex(inventory) === digest,
      () => `the inventory is not the one that was frozen: its SHA-256 is not ${digest}`,
    )
  )
    return undefined;
  const sealed = await get(1);
  // One after the other: together they are three times what is held of them.
  const index = await get(2);
  const lists = readable(found, () => {
    const [head] = new LineTable<ListHead>(inventory);
    const listed = new LineTable<ListedObject>(inventory, 1);
    const seal = JSON.parse(sealed.toString('utf8')) as Seal;
    checkHead(head!, listed, plate, digest, found);
    const indexDigest = hex(index);
    checkSealed(seal, digest, indexDigest, index, found);
    const indexed = readIndex(index, listed, seal.tars.length, found);
    checkCounts(seal, head!, indexed, found);
    return { head: head!, listed, indexed, seal, indexDigest };
  });
  release([index]);
  if (!lists) return undefined;
  const { indexDigest, ...own } = lists;
  const manifest = await get(3);
  return readable(found, () => {
    const digests = { inventory: digest, index: indexDigest, manifest: hex(manifest) };
    found.check(
      'manifest-digest',
      own.seal.manifest === digests.manifest,
      () => 'the manifest is not the one of archive.json',
    );
    checkManifest(manifest, own.indexed, found);
    release([manifest]);
    return { ...own, digests };
  });
}

/** Undefined, and a finding, where what is read is not what such files are. */
function readable<T>(found: Findings, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    found.check(
      'files-readable',
      false,
      () => `the archive's files cannot be read: ${(error as Error).message}`,
    );
    return undefined;
  }
}

/** In memory of its own, in one piece. */
async function bytesOf(archive: ObjectStore, { key, size, etag }: StoredObject): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  await archive.readInto(key, bytes, { ifMatch: etag });
  return bytes;
}

function checkHead(
  head: ListHead,
  listed: LineTable<ListedObject>,
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
  let bytes = 0;
  let isSorted = true;
  let last: Buffer | undefined;
  for (const { key, size } of listed) {
    bytes += size;
    const name = Buffer.from(key);
    if (last && Buffer.compare(last, name) >= 0) isSorted = false;
    last = name;
  }
  found.check(
    'inventory-counts',
    head.objects === listed.length && head.bytes === bytes,
    () => `the inventory's head counts other objects or bytes than it lists`,
  );
  found.check('inventory-objects', listed.length > 0, () => 'the inventory lists nothing');
  found.check('inventory-order', isSorted, () => 'the inventory is not in order, or has a key twice');
}

function checkSealed(seal: Seal, digest: string, indexDigest: string, index: Buffer, found: Findings): void {
  found.check(
    'seal-inventory',
    seal.inventory === digest,
    () => `archive.json is of the inventory ${seal.inventory}`,
  );
  found.check(
    'index-digest',
    seal.index.sha256 === indexDigest && seal.index.bytes === index.length,
    () => 'the index is not the one of archive.json',
  );
  checkBlocks(seal, index, found);
}

function checkCounts(seal: Seal, head: ListHead, indexed: IndexColumns, found: Findings): void {
  found.check(
    'seal-counts',
    seal.objects === head.objects && seal.bytes === head.bytes,
    () => 'archive.json counts other objects or bytes than the inventory',
  );
  const markers = indexed.length - filesOf(indexed);
  const members = seal.tars.reduce((sum, tar) => sum + tar.members, 0);
  found.check(
    'seal-members',
    seal.markers === markers && members + markers === head.objects,
    () => 'archive.json counts other members than the inventory has objects',
  );
}

/** How many are in tars. */
export function filesOf(indexed: IndexColumns): number {
  let files = 0;
  for (let place = 0; place < indexed.length; place++) if (indexed.tarAt(place) !== undefined) files++;
  return files;
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
  listed: LineTable<ListedObject>,
  tars: number,
  found: Findings,
): IndexColumns {
  const indexed = new IndexColumns(listed.length, place => listed.read(place).key);
  let tar = 0;
  let isInPlace = true;
  for (const own of new LineTable<IndexedObject>(index)) {
    const place = indexed.length;
    const source = place < listed.length ? listed.read(place) : undefined;
    const is = (check: string, isWell: boolean, what: string): boolean =>
      found.check(check, isWell, () => `the index has ${own.key} with another ${what} than the inventory`);
    // One that is missing would move all that follow.
    isInPlace &&=
      source !== undefined &&
      is('index-key', own.key === source.key, `place (the inventory has ${source.key})`);
    indexed.add(own, isInPlace);
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
    () => `${counted(indexed.length, 'object')} in the index, and ${listed.length} in the inventory`,
  );
  return indexed;
}

/** `SHA-256  path` of every file that unpacking gives, as the index has it. */
function checkManifest(manifest: Buffer, indexed: IndexColumns, found: Findings): void {
  let from = 0;
  let lines = 0;
  for (let place = 0; place < indexed.length; place++) {
    if (indexed.tarAt(place) === undefined) continue;
    const own = indexed.at(place);
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
    () => `the manifest has other lines than those of the ${counted(lines, 'file')} in the tars`,
  );
}
