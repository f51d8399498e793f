import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { compareKeys, firstAtOrAfter } from '../disk/key-order.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { pageSize, writerOf } from '../wire/list-query.ts';
import { xmlDocument } from '../wire/xml.ts';
import { restoreState, restoreStatus } from './restore.ts';

/** ListObjects and ListObjectsV2: S3's order is that of the keys' UTF-8 bytes. */
export async function listObjects(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const { query } = request;
  const isV2 = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = pageSize(query, 'max-keys');
  const { write, EncodingType } = writerOf(query);
  const token = query.get('continuation-token');
  const after = isV2
    ? token === null
      ? (query.get('start-after') ?? '')
      : decodeToken(token)
    : (query.get('marker') ?? '');
  // The first page looks at the folder itself; the pages after it go on from there.
  const fresh = token === null && (delimiter === '/' ? 'folders' : true);
  const page = cutPage(await bucket.keys(prefix, fresh), prefix, delimiter, after, most);
  const found = await Promise.all(page.keys.map(key => bucket.find(key)));
  const contents: ObjectMeta[] = found.filter(meta => meta !== undefined);
  const withRestore = request.headers['x-amz-optional-object-attributes']?.includes('RestoreStatus') === true;
  sendXml(
    response,
    xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: write(prefix),
      ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
      MaxKeys: most,
      EncodingType,
      ...(isV2
        ? {
            KeyCount: contents.length + page.prefixes.length,
            ...(token === null ? {} : { ContinuationToken: token }),
            ...(query.has('start-after') ? { StartAfter: write(query.get('start-after')!) } : {}),
            ...(page.next === undefined
              ? {}
              : { NextContinuationToken: Buffer.from(page.next).toString('base64url') }),
          }
        : {
            Marker: write(after),
            ...(page.next !== undefined && delimiter !== '' ? { NextMarker: write(page.next) } : {}),
          }),
      IsTruncated: page.next !== undefined,
      Contents: contents.map(meta => ({
        Key: write(meta.key),
        LastModified: meta.lastModified,
        ETag: `"${meta.etag}"`,
        Size: meta.size,
        ChecksumAlgorithm: Object.keys(meta.checksums),
        ChecksumType:
          Object.keys(meta.checksums).length > 0 ? (meta.checksumType ?? 'FULL_OBJECT') : undefined,
        StorageClass: meta.headers['x-amz-storage-class'] ?? 'STANDARD',
        RestoreStatus: withRestore
          ? restoreStatus(meta.restore, restoreState(meta, bucket.now()))
          : undefined,
        ...(query.get('fetch-owner') === 'true' || !isV2
          ? { Owner: { ID: 'twin', DisplayName: 'twin' } }
          : {}),
      })),
      CommonPrefixes: page.prefixes.map(each => ({ Prefix: write(each) })),
    }),
  );
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix of the page, where more follows. */
  readonly next?: string;
}

function cutPage(
  sorted: readonly string[],
  prefix: string,
  delimiter: string,
  after: string,
  most: number,
): Page {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (
    let index = firstAtOrAfter(sorted, compareKeys(after, prefix) > 0 ? after : prefix);
    index < sorted.length;
    index++
  ) {
    const key = sorted[index]!;
    if (!key.startsWith(prefix)) break;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A marker inside a common prefix, or equal to it, has had that prefix already.
    if (
      key === after ||
      (common !== undefined && (common === prefixes.at(-1) || (after !== '' && after.startsWith(common))))
    )
      continue;
    if (after !== '' && compareKeys(key, after) <= 0) continue;
    if (keys.length + prefixes.length >= most)
      return most === 0 ? { keys, prefixes } : { keys, prefixes, next: last };
    if (common !== undefined) prefixes.push(common);
    else keys.push(key);
    last = common ?? key;
  }
  return { keys, prefixes };
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text === '') throw s3Errors.invalidArgument('The continuation token provided is incorrect');
  return text;
}
