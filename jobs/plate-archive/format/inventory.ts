import { createHash } from 'node:crypto';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { encodeLines, linesIn } from './lines.ts';
import type { List } from './list.ts';

/** One object of the source, as the listing had it when the inventory was frozen. */
export interface SourceObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** With the quotes that S3 puts around it. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Undefined where the bucket has no versions. */
  readonly versionId?: string;
  /** The algorithms of the checksums that S3 has of it: `CRC32`, `CRC64NVME`. */
  readonly checksum?: string;
}

/** One source folder of a plate. */
export interface SourceFolder {
  readonly name: string;
  readonly prefix: string;
  readonly objects: number;
  readonly bytes: number;
}

export interface InventoryHead {
  readonly format: 'plate inventory 1';
  readonly project: string;
  readonly batch: string;
  readonly plate: string;
  readonly plateFull: string;
  /** Further columns of the plate's line. */
  readonly labels: Readonly<Record<string, string>>;
  readonly bucket: string;
  readonly region?: string;
  /** ISO 8601; makes two archives of the same objects two archives. */
  readonly frozenAt: string;
  /** Bytes of a tar that is full. */
  readonly tarBytes: number;
  readonly folders: readonly SourceFolder[];
  readonly objects: number;
  readonly bytes: number;
}

export interface Inventory {
  readonly head: InventoryHead;
  /** In UTF-8 byte order of their keys, no key twice; made of the bytes where somebody looks at them. */
  readonly objects: List<SourceObject>;
  /** Hex SHA-256 of the inventory as it is stored: the name of the archive for ever. */
  readonly digest: string;
  /** As it is stored. */
  readonly bytes: Buffer;
}

/** Lines of JSON: the head, then an object each. The digest is of exactly these bytes. */
export const encodeInventory = (head: InventoryHead, objects: Iterable<SourceObject>): Buffer =>
  encodeLines(objects, lineOf, headLine(head));

export const headLine = (head: InventoryHead): string => `${JSON.stringify(head)}\n`;

/** The lines of objects, for who puts them together. */
export const objectLines = (objects: Iterable<SourceObject>): Buffer => encodeLines(objects, lineOf);

const lineOf = ({ key, size, etag, modified, versionId, checksum }: SourceObject): string =>
  JSON.stringify({
    key,
    size,
    etag,
    modified: new Date(modified).toISOString(),
    ...(versionId === undefined ? {} : { versionId }),
    ...(checksum === undefined ? {} : { checksum }),
  });

/** Reads an inventory back; throws where it is not whole, not sorted or not what its head counts. */
export function decodeInventory(bytes: Buffer): Inventory {
  if (bytes.at(-1) !== 10) throw new Error('the inventory breaks off');
  const firstEnd = bytes.indexOf(10);
  const head = JSON.parse(bytes.toString('utf8', 0, firstEnd)) as InventoryHead;
  if (head.format !== 'plate inventory 1') throw new Error(`the inventory's format is ${head.format}`);
  const objects = linesIn(bytes, firstEnd + 1, objectOf);
  let total = 0;
  let last: string | undefined;
  for (const { key, size } of objects) {
    total += size;
    checkNext(last, key);
    last = key;
  }
  if (objects.length !== head.objects || total !== head.bytes)
    throw new Error(
      `the inventory has ${counted(objects.length, 'object')} of ${total} bytes, and its head says ${head.objects} of ${head.bytes}`,
    );
  return { head, objects, digest: sha256(bytes), bytes };
}

/** Of a line. */
export function objectOf(line: string): SourceObject {
  const { key, size, etag, modified, versionId, checksum } = JSON.parse(line) as Omit<
    SourceObject,
    'modified'
  > & { readonly modified: string };
  return {
    key,
    size,
    etag,
    modified: Date.parse(modified),
    ...(versionId === undefined ? {} : { versionId }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** Sorts by the bytes of the keys, as S3 lists and as tars are ordered. Throws for a key that is there twice. */
export function sortObjects(objects: readonly SourceObject[]): readonly SourceObject[] {
  const sorted = [...objects].sort((a, b) => compareKeys(a.key, b.key));
  for (let i = 1; i < sorted.length; i++) checkNext(sorted[i - 1]!.key, sorted[i]!.key);
  return sorted;
}

/** By the bytes of UTF-8: by code points, where JavaScript compares halves of them. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // Surrogates stand for code points beyond all others.
    const [isHighX, isHighY] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    if (isHighX !== isHighY) return isHighX ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function checkNext(last: string | undefined, key: string): void {
  if (last !== undefined && compareKeys(last, key) >= 0)
    throw new Error(`the inventory is not in order at ${key}`);
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
