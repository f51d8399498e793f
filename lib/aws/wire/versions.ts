import type { ObjectVersion } from '../../contract/ports/object-store.ts';
import type { ListOptions } from '../../contract/ports/ports.ts';
import { sendAndRead } from './http.ts';
import { dateOf, etagOf, keyReader } from './listed-key.ts';
import { rawGet } from './raw-get.ts';
import type { ReadWire } from './read-into.ts';
import { textBetween } from './xml.ts';

type ListWire = Pick<ReadWire, 'call' | 'request' | 'idleMs'>;

/**
 * ListObjectVersions, page after page; keys travel URL-encoded, since XML cannot hold all of them. The next page is asked for
 * before this one is read.
 */
export async function* versionPages(wire: ListWire, prefix: string): AsyncIterable<readonly ObjectVersion[]> {
  let coming: Promise<string> | undefined = page(wire, prefix, {});
  while (coming) {
    const xml: string = await coming;
    const marker = markerOf(xml);
    coming = marker && page(wire, prefix, marker);
    // Whoever stops here does not want to hear of it.
    coming?.catch(() => undefined);
    yield versionsOf(xml);
  }
}

/** The same one by one. With a limit no page is asked for that may not be wanted. */
export async function* listVersions(
  wire: ListWire,
  prefix: string,
  { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncIterable<ObjectVersion> {
  let marker: Marker | undefined = startAfter ? { 'key-marker': startAfter } : {};
  for (let left = limit; left > 0 && marker; ) {
    const xml: string = await page(wire, prefix, marker);
    for (const version of versionsOf(xml)) {
      if (left-- <= 0) return;
      yield version;
    }
    marker = markerOf(xml);
  }
}

type Marker = Readonly<Record<string, string>>;

/** A hundred megabytes of listing cost Node's own HTTP as much as reading them. What is no page is asked for again, the usual way. */
async function page({ call, request, idleMs }: ListWire, prefix: string, marker: Marker): Promise<string> {
  const query = { versions: '', prefix, 'encoding-type': 'url', ...marker };
  const raw = await rawGet({ request: request('GET', '', { query }), idleMs }).catch(() => undefined);
  if (raw?.text !== undefined) return raw.text;
  return (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
}

/** Where the next page begins; undefined after the last. */
function markerOf(xml: string): Marker | undefined {
  if (textBetween(xml, 'IsTruncated', 0, xml.length) !== 'true') return undefined;
  const key = textBetween(xml, 'NextKeyMarker', 0, xml.length);
  const id = textBetween(xml, 'NextVersionIdMarker', 0, xml.length);
  if (key === undefined) throw new Error('a page of versions names no next one');
  return { 'key-marker': keyReader(xml)(key), ...(id ? { 'version-id-marker': id } : {}) };
}

/** A version as S3 writes it, to the letter. One expression reads it in half of the time that looking for each field takes. */
const usual =
  /<Version><Key>([^<]*)<\/Key><VersionId>([^<]*)<\/VersionId><IsLatest>(true|false)<\/IsLatest><LastModified>([^<]*)<\/LastModified><ETag>([^<]*)<\/ETag>(?:<ChecksumAlgorithm>([^<]*)<\/ChecksumAlgorithm>)?(?:<ChecksumType>[^<]*<\/ChecksumType>)?<Size>(\d+)<\/Size><StorageClass>([^<]+)<\/StorageClass>(?:<Owner>(?:<ID>[^<]*<\/ID>)?(?:<DisplayName>[^<]*<\/DisplayName>)?<\/Owner>)?<\/Version>/y;
const start = /<(Version|DeleteMarker)>/g;

/** Both kinds in the order of the page: versions and delete markers come mixed. What is not written as usual is read field by field. */
function versionsOf(xml: string): readonly ObjectVersion[] {
  const keyOf = keyReader(xml);
  const found: ObjectVersion[] = [];
  for (let at = 0; ; ) {
    usual.lastIndex = at;
    for (let match = usual.exec(xml); match; match = usual.exec(xml)) {
      found.push(usualVersion(match, keyOf));
      at = usual.lastIndex;
    }
    start.lastIndex = at;
    const next = start.exec(xml);
    if (!next) return found;
    usual.lastIndex = next.index;
    if (next[1] === 'Version' && usual.test(xml)) {
      at = next.index;
      continue;
    }
    const end = xml.indexOf(`</${next[1]}>`, next.index);
    if (end < 0) throw new Error('a page of versions breaks off');
    found.push(versionBetween(xml, next.index, end, keyOf));
    at = end + `</${next[1]}>`.length;
  }
}

function usualVersion(match: RegExpExecArray, keyOf: (text: string) => string): ObjectVersion {
  const version = {
    key: keyOf(match[1]!),
    size: Number(match[7]),
    etag: etagOf(match[5]!),
    lastModified: dateOf(match[4]!),
    versionId: match[2] || 'null',
    isLatest: match[3] === 'true',
    isDeleteMarker: false,
    storageClass: match[8]!,
  };
  return match[6] ? { ...version, checksumAlgorithm: match[6] } : version;
}

function versionBetween(
  xml: string,
  from: number,
  end: number,
  keyOf: (text: string) => string,
): ObjectVersion {
  const text = (name: string): string => textBetween(xml, name, from, end) ?? '';
  const algorithm = text('ChecksumAlgorithm');
  return {
    key: keyOf(text('Key')),
    size: Number(text('Size') || 0),
    etag: etagOf(text('ETag')),
    lastModified: dateOf(text('LastModified')),
    versionId: text('VersionId') || 'null',
    isLatest: text('IsLatest') === 'true',
    isDeleteMarker: xml.startsWith('<DeleteMarker>', from),
    storageClass: text('StorageClass') || 'STANDARD',
    ...(algorithm ? { checksumAlgorithm: algorithm } : {}),
  };
}
