import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { compareKeys, firstAtOrAfter } from '../disk/key-order.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { pageSize, writerOf } from '../wire/list-query.ts';
import { type XmlTree, xmlDocument } from '../wire/xml.ts';

/** ListObjectVersions: by key, then the newest first; versions and delete markers in one order. */
export async function listVersions(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = pageSize(query, 'max-keys');
  const { write, EncodingType } = writerOf(query);
  const marker = { key: query.get('key-marker') ?? '', versionId: query.get('version-id-marker') ?? '' };
  if (marker.key === '' && marker.versionId !== '') {
    throw s3Errors.invalidArgument('A version-id marker cannot be specified without a key marker.');
  }
  const keys = await bucket.keysOfVersions(prefix, marker.key === '');
  const page = cutPage(bucket, keys, prefix, delimiter, marker, most);
  const tree: XmlTree = {
    Name: bucket.name,
    Prefix: write(prefix),
    KeyMarker: write(marker.key),
    VersionIdMarker: marker.versionId,
    NextKeyMarker: page.next && write(page.next.key),
    NextVersionIdMarker: page.next?.versionId,
    MaxKeys: most,
    Delimiter: delimiter === '' ? undefined : write(delimiter),
    EncodingType,
    IsTruncated: page.next !== undefined,
  };
  const rows = page.entries.map(entry => rowOf(entry, write));
  const prefixes = page.prefixes.map(each => ({ CommonPrefixes: { Prefix: write(each) } }));
  sendXml(response, xmlDocument('ListVersionsResult', tree, [...rows, ...prefixes]));
}

interface Entry {
  readonly meta: ObjectMeta;
  readonly isLatest: boolean;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly prefixes: readonly string[];
  readonly next?: { readonly key: string; readonly versionId?: string };
}

function cutPage(
  bucket: Bucket,
  keys: readonly string[],
  prefix: string,
  delimiter: string,
  marker: { readonly key: string; readonly versionId: string },
  most: number,
): Page {
  const entries: Entry[] = [];
  const prefixes: string[] = [];
  let last: Page['next'];
  const start = firstAtOrAfter(keys, compareKeys(marker.key, prefix) > 0 ? marker.key : prefix);
  for (const key of keys.slice(start)) {
    if (!key.startsWith(prefix)) break;
    if (key === marker.key && marker.versionId === '') continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (common !== undefined) {
      if (common === prefixes.at(-1) || (marker.key !== '' && marker.key.startsWith(common))) continue;
      if (entries.length + prefixes.length >= most) return cutAt(entries, prefixes, last, most);
      prefixes.push(common);
      last = { key: common };
      continue;
    }
    const versions = bucket.versions(key);
    const seen = key === marker.key ? versions.findIndex(each => versionIdOf(each) === marker.versionId) : -1;
    for (const [index, meta] of versions.entries()) {
      if (index <= seen) continue;
      if (entries.length + prefixes.length >= most) return cutAt(entries, prefixes, last, most);
      entries.push({ meta, isLatest: index === 0 });
      last = { key, versionId: versionIdOf(meta) };
    }
  }
  return { entries, prefixes };
}

function cutAt(
  entries: readonly Entry[],
  prefixes: readonly string[],
  last: Page['next'],
  most: number,
): Page {
  return most === 0 || !last ? { entries, prefixes } : { entries, prefixes, next: last };
}

function rowOf({ meta, isLatest }: Entry, write: (text: string) => string): XmlTree {
  const common = {
    Key: write(meta.key),
    VersionId: versionIdOf(meta),
    IsLatest: isLatest,
    LastModified: meta.lastModified,
    Owner: { ID: 'twin', DisplayName: 'twin' },
  };
  if (meta.deleteMarker) return { DeleteMarker: common };
  const algorithms = Object.keys(meta.checksums);
  return {
    Version: {
      ...common,
      ETag: `"${meta.etag}"`,
      ChecksumAlgorithm: algorithms,
      ChecksumType: algorithms.length > 0 ? (meta.checksumType ?? 'FULL_OBJECT') : undefined,
      Size: meta.size,
      StorageClass: meta.headers['x-amz-storage-class'] ?? 'STANDARD',
    },
  };
}
