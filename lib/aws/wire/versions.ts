import type { ObjectVersion } from '../../contract/ports/object-store.ts';
import type { ListOptions } from '../../contract/ports/ports.ts';
import type { BucketCall } from './bucket-call.ts';
import { sendAndRead } from './http.ts';
import { keyReader } from './listed-key.ts';
import { fromXml, textBetween } from './xml.ts';

/** ListObjectVersions, page after page; keys travel URL-encoded, since XML cannot hold all of them. */
export async function* listVersions(
  call: BucketCall,
  prefix: string,
  { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncIterable<ObjectVersion> {
  let marker: Readonly<Record<string, string>> = startAfter ? { 'key-marker': startAfter } : {};
  for (let left = limit; left > 0; ) {
    const query = { versions: '', prefix, 'encoding-type': 'url', ...marker };
    const xml = (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
    for (const version of versionsOf(xml)) {
      if (left-- <= 0) return;
      yield version;
    }
    if (textBetween(xml, 'IsTruncated', 0, xml.length) !== 'true') return;
    const key = textBetween(xml, 'NextKeyMarker', 0, xml.length);
    const id = textBetween(xml, 'NextVersionIdMarker', 0, xml.length);
    if (key === undefined) throw new Error('a page of versions names no next one');
    marker = { 'key-marker': keyReader(xml)(key), ...(id ? { 'version-id-marker': id } : {}) };
  }
}

/** Both kinds in the order of the page: versions and delete markers come mixed. */
function* versionsOf(xml: string): Iterable<ObjectVersion> {
  const keyOf = keyReader(xml);
  const open = /<(Version|DeleteMarker)>/g;
  for (let found = open.exec(xml); found; found = open.exec(xml)) {
    const end = xml.indexOf(`</${found[1]}>`, found.index);
    if (end < 0) throw new Error('a page of versions breaks off');
    const text = (name: string): string => textBetween(xml, name, found!.index, end) ?? '';
    const algorithm = text('ChecksumAlgorithm');
    yield {
      key: keyOf(text('Key')),
      size: Number(text('Size') || 0),
      etag: fromXml(text('ETag')),
      lastModified: new Date(text('LastModified')),
      versionId: text('VersionId') || 'null',
      isLatest: text('IsLatest') === 'true',
      isDeleteMarker: found[1] === 'DeleteMarker',
      storageClass: text('StorageClass') || 'STANDARD',
      ...(algorithm ? { checksumAlgorithm: algorithm } : {}),
    };
    open.lastIndex = end;
  }
}
