import type { Needed } from '../access/needed.ts';
import type { SignedRequest } from '../http/service.ts';
import type { RequestContext } from '../iam/types.ts';
import type { Operation } from './operations/operation.ts';
import { type Address, copySourceOf } from './wire/address.ts';

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `${bucketArn(bucket)}/${key}`;

type Head = Pick<SignedRequest, 'query' | 'headers'>;

/**
 * The rights that a request needs by its head alone. Sources: each operation's "Permissions" in S3's API reference, and the
 * service authorization reference of S3 for the condition keys.
 */
export function rightsNeeded(operation: Operation, address: Address, request: Head): Needed[] {
  const { bucket, key } = address;
  const context = contextOf(operation, request);
  if (operation.on === 'service') return [{ action: operation.action, resource: 'arn:aws:s3:::*', context }];
  if (operation.on !== 'object') return [{ action: operation.action, resource: bucketArn(bucket), context }];
  const resource = objectArn(bucket, key);
  const { headers, query } = request;
  const ofVersion = query.has('versionId') ? operation.versionAction : undefined;
  const needed: Needed[] = [{ action: ofVersion ?? operation.action, resource, context }];
  const also = (action: string): void => void needed.push({ action: `s3:${action}`, resource, context });
  if (operation.name === 'GetObjectAttributes') also(ofVersion ? 'GetObjectVersion' : 'GetObject');
  if (makesObjects.includes(operation.name)) {
    const isCopy = operation.name === 'CopyObject';
    const hasTags = headers['x-amz-tagging'] !== undefined && headers['x-amz-tagging'] !== '';
    if (hasTags && (!isCopy || isReplaced(headers))) also('PutObjectTagging');
    if (headers['x-amz-acl'] || Object.keys(headers).some(each => each.startsWith('x-amz-grant-')))
      also('PutObjectAcl');
    if (headers['x-amz-object-lock-mode'] !== undefined) also('PutObjectRetention');
    if (headers['x-amz-object-lock-legal-hold'] !== undefined) also('PutObjectLegalHold');
  }
  // Who changes what is there on a condition learns what is there.
  if (headers['if-match'] !== undefined && changesObjects.includes(operation.name)) also('GetObject');
  if (headers['x-amz-bypass-governance-retention']?.toLowerCase() === 'true')
    also('BypassGovernanceRetention');
  if (operation.copies === true) needed.push(sourceNeeded(headers, context));
  return needed;
}

/** What a key of DeleteObjects needs; `etag` is its condition. */
export function deletionNeeded(
  bucket: string,
  { key, versionId, etag }: { readonly key: string; readonly versionId?: string; readonly etag?: string },
  headers: SignedRequest['headers'],
): Needed[] {
  const resource = objectArn(bucket, key);
  const context: RequestContext = {
    ...always(headers),
    ...(versionId === undefined ? {} : { 's3:versionid': versionId }),
    ...(etag === undefined ? {} : { 's3:if-match': etag }),
  };
  const actions = [
    versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion',
    ...(etag === undefined ? [] : ['GetObject']),
    ...(headers['x-amz-bypass-governance-retention']?.toLowerCase() === 'true'
      ? ['BypassGovernanceRetention']
      : []),
  ];
  return actions.map(action => ({ action: `s3:${action}`, resource, context }));
}

/**
 * Who may not list a bucket must not learn what is not in it: AccessDenied stands for NoSuchKey (API reference, GetObject and
 * HeadObject, "Permissions"). The key is the prefix that is judged by, as a policy that lists below a prefix has it.
 */
export const listingNeeded = (bucket: string, key: string, ofVersions: boolean): Needed => ({
  action: ofVersions ? 's3:ListBucketVersions' : 's3:ListBucket',
  resource: bucketArn(bucket),
  context: { ...always({}), 's3:prefix': key },
});

const makesObjects = ['PutObject', 'CopyObject', 'CreateMultipartUpload'];
const changesObjects = ['PutObject', 'CopyObject', 'CompleteMultipartUpload', 'DeleteObject'];

const isReplaced = (headers: SignedRequest['headers']): boolean =>
  headers['x-amz-tagging-directive']?.toUpperCase() === 'REPLACE';

function sourceNeeded(headers: SignedRequest['headers'], context: RequestContext): Needed {
  const { bucket, key, versionId } = copySourceOf(headers['x-amz-copy-source'] ?? '');
  return {
    action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
    resource: objectArn(bucket, key),
    context: versionId === undefined ? context : { ...context, 's3:versionid': versionId },
  };
}

/** Condition keys that are a parameter of the query, of a header, by the name that they have there. */
const ofQuery = ['prefix', 'delimiter', 'max-keys', 'versionId'];
const ofHeaders: Readonly<Record<string, string>> = {
  's3:if-match': 'if-match',
  's3:if-none-match': 'if-none-match',
  's3:x-amz-acl': 'x-amz-acl',
  's3:x-amz-copy-source': 'x-amz-copy-source',
  's3:x-amz-metadata-directive': 'x-amz-metadata-directive',
  's3:x-amz-server-side-encryption': 'x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id': 'x-amz-server-side-encryption-aws-kms-key-id',
  's3:x-amz-storage-class': 'x-amz-storage-class',
  's3:object-lock-mode': 'x-amz-object-lock-mode',
  's3:object-lock-legal-hold': 'x-amz-object-lock-legal-hold',
};

function contextOf(operation: Operation, { query, headers }: Head): RequestContext {
  const found: Record<string, string | readonly string[]> = always(headers);
  if (query.has('X-Amz-Signature')) found['s3:authtype'] = 'REST-QUERY-STRING';
  for (const name of ofQuery) {
    const value = query.get(name);
    if (value !== null) found[`s3:${name.toLowerCase()}`] = value;
  }
  for (const [key, header] of Object.entries(ofHeaders)) {
    const value = headers[header];
    if (value !== undefined && !(value === '' && header === 'x-amz-acl')) found[key] = value;
  }
  if (makesObjects.includes(operation.name) && headers['x-amz-tagging']) {
    const tags = [...new URLSearchParams(headers['x-amz-tagging'])];
    for (const [key, value] of tags) found[`s3:requestobjecttag/${key.toLowerCase()}`] = value;
    found['s3:requestobjecttagkeys'] = tags.map(([key]) => key);
  }
  return found;
}

function always(headers: SignedRequest['headers']): Record<string, string> {
  const hash = headers['x-amz-content-sha256'];
  return {
    's3:authtype': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:tlsversion': '1.3',
    's3:resourceaccount': '000000000000',
    ...(hash === undefined ? {} : { 's3:x-amz-content-sha256': hash }),
  };
}
