import { AwsError, type SignedRequest } from '../../http/service.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  digestBytes,
} from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';

type Headers = Readonly<Record<string, string>>;

/** Of an object that is put as one, and of a part. */
const largestBody = 5 * 1024 ** 3;

/** Refuses the upload of an object or a part by its head alone, before a byte of its body is read. */
export function checkUpload({ headers, query }: Pick<SignedRequest, 'headers' | 'query'>): void {
  if (query.has('versionId')) {
    throw s3Errors.invalidArgument(
      'This operation does not accept a version-id.',
      'versionId',
      query.get('versionId'),
    );
  }
  if (query.has('partNumber') && !query.has('uploadId')) {
    const message = 'This operation does not accept partNumber without uploadId';
    throw s3Errors.invalidArgument(message, 'partNumber', query.get('partNumber'));
  }
  checkLength(headers);
  checkDigests(headers);
}

/**
 * Headers that say what the twin would otherwise pass over: conditions of directory buckets, and those that a write does
 * not have. Whoever sends one believes that something holds before anything is changed.
 */
export function checkConditionNames({ method, headers }: Pick<SignedRequest, 'method' | 'headers'>): void {
  const names = [...ofDirectoryBuckets, ...(notOf[method] ?? [])];
  const found = names.find(name => headers[name] !== undefined);
  if (found !== undefined) throw s3Errors.notImplemented(found);
}

const ofDirectoryBuckets = [
  'x-amz-if-match-last-modified-time',
  'x-amz-if-match-size',
  'x-amz-if-match-initiated-time',
  'x-amz-write-offset-bytes',
];

const dates = ['if-modified-since', 'if-unmodified-since'];
const notOf: Readonly<Record<string, readonly string[]>> = {
  PUT: dates,
  DELETE: [...dates, 'if-none-match'],
};

function checkLength(headers: Headers): void {
  const length = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  if (length === undefined) {
    if (headers['transfer-encoding'] !== undefined) throw s3Errors.notImplemented('Transfer-Encoding');
    throw new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length) <= largestBody) return;
  throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: length,
    MaxSizeAllowed: String(largestBody),
  });
}

/** One checksum at most, of a length that it can have, and the one that was announced. */
function checkDigests(headers: Headers): void {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && !isDigest(md5, 16)) {
    throw new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.', {
      'Content-MD5': md5,
    });
  }
  const given = Object.keys(headers).filter(name => name.startsWith(start) && !about.includes(name));
  const algorithms = given.map(name => algorithmOf(name, headers[name]));
  const announced = (headers['x-amz-trailer'] ?? '')
    .split(',')
    .map(each => each.trim().toLowerCase())
    .filter(Boolean)
    .map(trailed);
  const all = [...algorithms, ...announced];
  if (all.length > 1) {
    throw s3Errors.invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const promised = headers['x-amz-sdk-checksum-algorithm'];
  if (promised === undefined) return;
  knownAlgorithm(promised);
  if (all[0] === undefined) {
    throw s3Errors.invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (all[0] !== promised.toUpperCase()) throw invalidValue('x-amz-sdk-checksum-algorithm');
}

/** Throws AwsError for the name of a checksum that S3, or the twin, does not have. */
export function knownAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find(each => each === name.toUpperCase());
  if (algorithm) return algorithm;
  throw s3Errors.invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

const start = 'x-amz-checksum-';
/** They begin like checksums and are none. */
const about = [`${start}algorithm`, `${start}mode`, `${start}type`];

function algorithmOf(header: string, value = ''): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find(each => checksumHeader(each) === header);
  if (!algorithm) {
    throw s3Errors.invalidRequest('The algorithm type you specified in x-amz-checksum- header is invalid.');
  }
  if (!isDigest(value, digestBytes[algorithm])) throw invalidValue(header);
  return algorithm;
}

function trailed(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find(each => checksumHeader(each) === name);
  if (algorithm) return algorithm;
  throw s3Errors.invalidRequest('The value specified in the x-amz-trailer header is not supported');
}

function isDigest(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}

const invalidValue = (header: string): AwsError =>
  s3Errors.invalidRequest(`Value for ${header} header is invalid.`);
