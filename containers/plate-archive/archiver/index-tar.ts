import { crc32 } from 'node:zlib';
import {
  type EncodedIndex,
  hex32,
  type IndexEntry,
} from '../../../jobs/plate-archive/format/archive-index.ts';
import { indexTarKey, type PlateName } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { bagOf } from '../../../jobs/plate-archive/format/bag.ts';
import type { Inventory } from '../../../jobs/plate-archive/format/inventory.ts';
import type { SealedTar } from '../../../jobs/plate-archive/format/seal.ts';
import { endBytes, padding, tarHeader } from '../../../jobs/plate-archive/format/tar-header.ts';
import { unverifiedTags } from '../../../jobs/plate-archive/lifecycle-tags.ts';
import { release } from '../../../jobs/plate-archive/release.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { checkStored } from './build-tar.ts';

/** All that makes an archive readable without us, by name. */
export interface ArchiveBag {
  readonly files: Readonly<Record<string, Buffer>> & { readonly 'manifest-sha256.txt': Buffer };
}

/** The bag's own files, index and inventory. Dates are the inventory's: the same inventory makes the same bytes. */
export function makeBag(
  inventory: Inventory,
  entries: Iterable<IndexEntry>,
  index: EncodedIndex,
  generation: number,
): ArchiveBag {
  const { head, bytes, digest } = inventory;
  const others = { 'index.ndjson': index.bytes, 'inventory.ndjson': bytes };
  const about = {
    'External-Identifier': `${head.project}/${head.batch}/${head.plate}`,
    'External-Description': `Plate ${head.plateFull}, archive ${generation}`,
    'Bagging-Date': head.frozenAt.slice(0, 10),
    'Inventory-SHA-256': digest,
  };
  const bag = bagOf(entries, about, others);
  return { files: { ...bag, ...others } };
}

/** Stores the bag as one more tar of the archive. */
export async function putIndexTar(
  archive: ObjectStore,
  plate: PlateName,
  { digest, head }: Inventory,
  { files }: ArchiveBag,
  storageClass: string,
): Promise<SealedTar> {
  const seconds = Date.parse(head.frozenAt) / 1000;
  const pieces = Object.entries(files).flatMap(([name, body]) => [
    tarHeader({ name, size: body.length, seconds }),
    body,
    Buffer.alloc(padding(body.length)),
  ]);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  pieces.push(Buffer.alloc(endBytes(length)));
  const whole = {
    bytes: length + endBytes(length),
    crc32: pieces.reduce((sum, piece) => crc32(piece, sum), 0),
  };
  const key = indexTarKey(plate, digest);
  const sealed = {
    name: key.slice(key.lastIndexOf('/') + 1),
    bytes: whole.bytes,
    crc32: hex32(whole.crc32),
    members: Object.keys(files).length,
  };
  const there = await archive.look(key);
  if (there) {
    checkStored(key, there, whole);
    return sealed;
  }
  const writer = await archive.begin(key, {
    tags: unverifiedTags,
    contentType: 'application/x-tar',
    ...(isDirect(storageClass) ? { storageClass } : {}),
  });
  try {
    let number = 1;
    for (const body of partsOf(pieces)) {
      await writer.part(number++, body, crc32(body));
      release([body]);
    }
    const { created, object } = await writer.complete({ size: whole.bytes, crc32: whole.crc32 });
    if (!created) await writer.abort();
    checkStored(key, object, whole);
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
  return sealed;
}

/** Classes that can be read at once: verification reads what is stored, so only these may be written before it. */
export const isDirect = (storageClass: string): boolean =>
  ['GLACIER_IR', 'STANDARD_IA', 'INTELLIGENT_TIERING'].includes(storageClass);

const uploadPartBytes = 8 * 1024 * 1024;

function* partsOf(pieces: readonly Buffer[]): Iterable<Buffer> {
  let part: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces)
    for (let from = 0; from < piece.length; ) {
      const taken = piece.subarray(from, from + uploadPartBytes - bytes);
      part.push(taken);
      bytes += taken.length;
      from += taken.length;
      if (bytes < uploadPartBytes) continue;
      yield Buffer.concat(part);
      part = [];
      bytes = 0;
    }
  if (bytes > 0) yield Buffer.concat(part);
}
