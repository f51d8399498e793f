import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import {
  type EncodedIndex,
  encodeIndex,
  hex32,
  type IndexEntry,
  sha256OfNothing,
} from '../format/archive-index.ts';
import { compareKeys, type SourceObject } from '../format/inventory.ts';
import type { List } from '../format/list.ts';
import { keyOfMember } from '../format/member-name.ts';
import { PlateError } from '../plate/plate-error.ts';

/**
 * The index of an archive whose index is lost, from the tars themselves: names, places and digests of their members. ETags,
 * versions and the milliseconds of times are the inventory's to say, where there is one.
 */
export async function rebuildIndex(
  archive: ObjectStore,
  tars: readonly StoredObject[],
  inventory: List<SourceObject> = [],
  onTar: (number: number) => void = () => undefined,
): Promise<EncodedIndex & { readonly entries: readonly IndexEntry[] }> {
  const known = new Map([...inventory].map(object => [object.key, object]));
  const entries = new Map<string, IndexEntry>();
  for (const [number, tar] of tars.entries()) {
    onTar(number);
    for await (const entry of membersOf(archive, tar, number)) {
      if (entries.has(entry.key)) throw new PlateError([`${entry.key} is in the tars twice`]);
      entries.set(entry.key, withSource(entry, known.get(entry.key)));
    }
  }
  // Folder markers are in no tar.
  for (const object of inventory)
    if (object.size === 0 && object.key.endsWith('/') && !entries.has(object.key))
      entries.set(object.key, withSource(marker(object.key), object));
  const sorted = [...entries.values()].sort((a, b) => compareKeys(a.key, b.key));
  return { ...encodeIndex(sorted), entries: sorted };
}

const marker = (key: string): IndexEntry => ({
  key,
  size: 0,
  sha256: sha256OfNothing,
  crc32: hex32(0),
  etag: '',
  modified: '',
});

const withSource = (entry: IndexEntry, object: SourceObject | undefined): IndexEntry =>
  object
    ? {
        ...entry,
        etag: object.etag,
        ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
        modified: new Date(object.modified).toISOString(),
      }
    : entry;

async function* membersOf(
  archive: ObjectStore,
  tar: StoredObject,
  number: number,
): AsyncIterable<IndexEntry> {
  const { body } = await archive.stream(tar.key, {
    ifMatch: tar.etag,
    ...(tar.versionId === undefined ? {} : { versionId: tar.versionId }),
  });
  const reader = extract();
  const source = Readable.from(body);
  source.once('error', error => reader.destroy(error));
  source.pipe(reader);
  for await (const entry of reader) {
    const { name, size = 0, mtime, byteOffset } = entry.header as Header & { readonly byteOffset: number };
    const hash = createHash('sha256');
    let crc = 0;
    let seen = 0;
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      seen += chunk.length;
    }
    if (seen !== size) throw new PlateError([`${tar.key} breaks off in ${name}`]);
    const key = keyOfMember(name);
    yield {
      key,
      size,
      tar: number,
      offset: byteOffset,
      ...(name === `data/${key}` ? {} : { member: name }),
      sha256: hash.digest('hex'),
      crc32: hex32(crc),
      etag: '',
      modified: mtime?.toISOString() ?? '',
    };
  }
}
