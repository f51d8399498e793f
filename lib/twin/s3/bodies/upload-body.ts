import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ReceivedFile } from '../disk/bucket.ts';
import { rm } from '../disk/quick-fs.ts';
import { type ChecksumAlgorithm, checksumAlgorithms, checksumHeader } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { storageClasses } from '../wire/storage-classes.ts';
import { receive } from './receive.ts';

/**
 * Receives a body into the bucket's waiting room and refuses it when any checksum that came with it is wrong. It has the
 * checksums of `otherwise` where it came with none.
 */
export async function receiveBody(
  bucket: Bucket,
  request: SignedRequest,
  otherwise: readonly ChecksumAlgorithm[] = [],
): Promise<ReceivedFile> {
  const { headers } = request;
  const said = checksumAlgorithms.filter(
    algorithm =>
      headers[checksumHeader(algorithm)] !== undefined ||
      headers['x-amz-trailer']?.toLowerCase().split(/,\s*/).includes(checksumHeader(algorithm)) ||
      headers['x-amz-sdk-checksum-algorithm']?.toUpperCase() === algorithm,
  );
  const wanted = said.length > 0 ? said : otherwise;
  const path = bucket.temporaryPath();
  // Where the signature covers the body, its SHA-256 is made already.
  const { payloadSha256 } = request;
  const known = payloadSha256 !== undefined && wanted.includes('SHA256');
  const made = await receive(path, request.body, known ? wanted.filter(each => each !== 'SHA256') : wanted);
  const { size, mtimeMs, md5 } = made;
  const checksums: ReceivedFile['checksums'] = {
    ...made.checksums,
    ...(known ? { SHA256: Buffer.from(payloadSha256, 'hex').toString('base64') } : {}),
  };
  try {
    verify(request, md5, checksums);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, size, mtimeMs, etag: md5, checksums };
}

function verify(
  { headers, trailers }: SignedRequest,
  md5: string,
  checksums: ReceivedFile['checksums'],
): void {
  const given = headers['content-md5'];
  if (given !== undefined && Buffer.from(given, 'base64').toString('hex') !== md5)
    throw s3Errors.badDigest('Content-MD5');
  for (const algorithm of Object.keys(checksums) as ChecksumAlgorithm[]) {
    const name = checksumHeader(algorithm);
    const stated = headers[name] ?? trailers[name];
    if (stated !== undefined && stated !== checksums[algorithm]) throw s3Errors.badDigest(algorithm);
  }
}

/** Refuses keys of the client's own for the encryption: S3 takes them over TLS only, and the twin has none. */
export function checkEncryption(headers: Readonly<Record<string, string>>): void {
  const names = [
    'x-amz-server-side-encryption-customer-',
    'x-amz-copy-source-server-side-encryption-customer-',
  ];
  if (!Object.keys(headers).some(name => names.some(start => name.startsWith(start)))) return;
  throw s3Errors.invalidRequest(
    'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.',
  );
}

/** The headers that are kept with an object. Throws AwsError when its own metadata is over S3's 2 KB. */
export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(metadata)) metadataBytes += Buffer.byteLength(name.slice(metadata.length) + value);
    if (name.startsWith(metadata) || keptNames.includes(name)) kept[name] = value;
  }
  if (metadataBytes > mostMetadata) {
    const message = 'Your metadata headers exceed the maximum allowed metadata size';
    throw new AwsError('MetadataTooLarge', 400, message, {
      Size: String(metadataBytes),
      MaxSizeAllowed: String(mostMetadata),
    });
  }
  const storageClass = kept['x-amz-storage-class'];
  if (storageClass !== undefined && !storageClasses.includes(storageClass)) {
    throw new AwsError('InvalidStorageClass', 400, 'The storage class you specified is not valid', {
      StorageClassRequested: storageClass,
    });
  }
  const encodings = (headers['content-encoding'] ?? '')
    .split(/,\s*/)
    .filter(each => each !== '' && each !== 'aws-chunked');
  if (encodings.length > 0) kept['content-encoding'] = encodings.join(',');
  return kept;
}

/** Kept headers as an answer has them: S3 wraps what is not ASCII (RFC 2047), and says no class where it is STANDARD. */
export function shownHeaders(kept: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(kept)
      .filter(([name, value]) => name !== 'x-amz-storage-class' || value !== 'STANDARD')
      .map(([name, value]) => [name, /[^\x20-\x7e]/.test(value) ? encodedWord(value) : value]),
  );
}

const metadata = 'x-amz-meta-';
const mostMetadata = 2048;
const keptNames = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

function encodedWord(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}
