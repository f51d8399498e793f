import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import { receive } from '../bodies/receive.ts';
import { keptHeaders } from '../bodies/upload-body.ts';
import { knownAlgorithm } from '../bodies/upload-headers.ts';
import type { Bucket, ObjectMeta, ReceivedFile } from '../disk/bucket.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { rm } from '../disk/quick-fs.ts';
import { asEncrypted, encryptionKept, pick, withoutEncryption } from '../settings/encryption.ts';
import { expiryHeaders } from '../settings/lifecycle-due.ts';
import { lockOfHeaders, withDefault } from '../settings/object-lock.ts';
import { tagsOfHeader } from '../settings/tags.ts';
import { noteAccess } from '../settings/tiering-due.ts';
import { versionHeaders } from '../settings/versioning.ts';
import { sendXml } from '../wire/answers.ts';
import { byDefault, type ChecksumAlgorithm, checksumAlgorithms } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { xmlDocument } from '../wire/xml.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { isReadable } from './restore.ts';

const largestCopy = 5 * 1024 ** 3;

export interface SourceVersion {
  readonly key: string;
  readonly versionId?: string;
}

export async function copyObject(
  source: Bucket,
  { key: sourceKey, versionId }: SourceVersion,
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const replaced = isReplaced(request.headers, 'metadata');
  const onto = source === bucket && sourceKey === key && versionId === undefined;
  const changes = ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location'];
  if (onto && !replaced && !changes.some(name => request.headers[name] !== undefined)) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw new AwsError('InvalidRequest', 400, message);
  }
  const newTags = isReplaced(request.headers, 'tagging')
    ? tagsOfHeader(request.headers['x-amz-tagging'])
    : undefined;
  const lock = lockOfHeaders(bucket, request.headers);
  const asked = request.headers['x-amz-checksum-algorithm'];
  const algorithm = asked === undefined ? undefined : knownAlgorithm(asked);
  const { from, received } = await copyBytes(
    source,
    { key: sourceKey, ...(versionId === undefined ? {} : { versionId }) },
    bucket,
    request,
    { algorithms: meta => (algorithm ? [algorithm] : algorithmsOf(meta)) },
  );
  const tags = newTags ?? (from.tags ? { tags: from.tags } : {});
  const storageClass = request.headers['x-amz-storage-class'];
  const described = replaced
    ? keptHeaders(request.headers)
    : { ...withoutEncryption(from.headers), ...keptClass(storageClass) };
  // A copy has the redirect that it asks for, never that of its source.
  const redirect = request.headers['x-amz-website-redirect-location'];
  const headers: Record<string, string> = { ...described, ...encryptionKept(bucket, request.headers) };
  delete headers['x-amz-website-redirect-location'];
  if (redirect !== undefined) headers['x-amz-website-redirect-location'] = redirect;
  try {
    const meta = await bucket.exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.look(key));
      const rest = { headers, ...tags, ...withDefault(bucket, lock) };
      return bucket.commit(key, asEncrypted(received, headers), rest);
    });
    const fromVersion = source.settings.get().versioning && {
      'x-amz-copy-source-version-id': versionIdOf(from),
    };
    for (const [name, value] of Object.entries({
      ...versionHeaders(bucket, meta),
      ...fromVersion,
      ...pick(meta.headers),
      ...expiryHeaders(bucket, meta),
    })) {
      response.setHeader(name, value);
    }
    const fields = {
      LastModified: meta.lastModified,
      ETag: `"${meta.etag}"`,
      ...checksumFields(meta.checksums),
      ChecksumType: 'FULL_OBJECT',
    };
    sendXml(response, xmlDocument('CopyObjectResult', fields));
  } finally {
    await rm(received.path, { force: true });
  }
}

interface CopyOptions {
  /** The checksums that the copy is to have. */
  readonly algorithms: (from: ObjectMeta) => readonly ChecksumAlgorithm[];
  /** First and last byte of a source of that size; all of it when left out. */
  readonly rangeOf?: (size: number) => readonly [number, number];
}

/** Copies an object, or a range of it, into the bucket's waiting room. */
export async function copyBytes(
  source: Bucket,
  { key: sourceKey, versionId }: SourceVersion,
  bucket: Bucket,
  request: SignedRequest,
  { algorithms, rangeOf }: CopyOptions,
): Promise<{ from: ObjectMeta; received: ReceivedFile }> {
  const found = await source.read(sourceKey, versionId);
  if (!found)
    throw versionId === undefined
      ? s3Errors.noSuchKey(sourceKey)
      : s3Errors.noSuchVersion(sourceKey, versionId);
  const { meta: from, file } = found;
  if (!file) {
    if (versionId === undefined) throw s3Errors.noSuchKey(sourceKey);
    throw s3Errors.invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
  try {
    if (!isReadable(source, from)) {
      const message =
        'The source object of the COPY operation is not in the active tier and is only stored in Amazon S3 Glacier.';
      throw new AwsError('ObjectNotInActiveTierError', 403, message, { Key: sourceKey });
    }
    checkCopySource(request.headers, from);
    const range = rangeOf?.(from.size);
    const size = range ? range[1] - range[0] + 1 : from.size;
    if (size > largestCopy) {
      const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${largestCopy}`;
      throw new AwsError('InvalidRequest', 400, message);
    }
    await noteAccess(source, from);
    const path = bucket.temporaryPath();
    const stream = range ? file.stream(range[0], range[1]) : file.stream();
    const { md5, ...rest } = await receive(path, stream, algorithms(from));
    return { from, received: { path, etag: md5, ...rest } };
  } finally {
    file.close();
  }
}

function isReplaced(headers: Readonly<Record<string, string>>, what: 'metadata' | 'tagging'): boolean {
  const name = `x-amz-${what}-directive`;
  const directive = headers[name]?.toUpperCase() ?? 'COPY';
  if (directive === 'REPLACE' || directive === 'COPY') return directive === 'REPLACE';
  throw s3Errors.invalidArgument(`Unknown ${what} directive.`, name, headers[name]);
}

function algorithmsOf({ checksums }: ObjectMeta): readonly ChecksumAlgorithm[] {
  const own = checksumAlgorithms.filter(each => checksums[each] !== undefined);
  return own.length > 0 ? own : byDefault;
}

/** The class that a copy asks for; without one it is STANDARD, whatever the source's is. */
function keptClass(asked: string | undefined): Record<string, string> {
  const kept = keptHeaders(asked === undefined ? {} : { 'x-amz-storage-class': asked });
  return { 'x-amz-storage-class': kept['x-amz-storage-class'] ?? 'STANDARD' };
}

/** Checksums as elements of an answer: `ChecksumCRC32`… */
export function checksumFields(checksums: ObjectMeta['checksums']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([algorithm, value]) => [
      `Checksum${algorithm as ChecksumAlgorithm}`,
      value,
    ]),
  );
}

/** The x-amz-copy-source-if-… conditions. */
function checkCopySource(headers: Readonly<Record<string, string>>, from: ObjectMeta): void {
  const renamed = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-copy-source-if-'))
      .map(([name, value]) => [name.slice('x-amz-copy-source-'.length), value]),
  );
  if (checkRead(renamed, from) === 304) throw s3Errors.preconditionFailed('x-amz-copy-source-If-None-Match');
}
