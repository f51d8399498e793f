import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../../http/service.ts';
import type { Bucket, ReceivedFile } from '../disk/bucket.ts';
import type { Encryption } from '../disk/settings.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { textsOf, xmlDocument } from '../wire/xml.ts';

type Headers = Readonly<Record<string, string>>;

const algorithmHeader = 'x-amz-server-side-encryption';
const keyHeader = 'x-amz-server-side-encryption-aws-kms-key-id';
const bucketKeyHeader = 'x-amz-server-side-encryption-bucket-key-enabled';

/** What is kept and said of an object's encryption. */
const encryptionNames: readonly string[] = [algorithmHeader, keyHeader, bucketKeyHeader];

/** GET, PUT and DELETE of a bucket's `?encryption`. Since 2023 every bucket has one: S3's own keys where nothing else is said. */
export async function bucketEncryption(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    const { algorithm, keyId, bucketKey = false } = defaultOf(bucket);
    const byDefault = { SSEAlgorithm: algorithm, KMSMasterKeyID: keyId };
    const rule = { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: bucketKey };
    return sendXml(response, xmlDocument('ServerSideEncryptionConfiguration', { Rule: rule }));
  }
  const encryption = request.method === 'PUT' ? parse(await readXml(request)) : undefined;
  await bucket.settings.change({ encryption });
  response.writeHead(request.method === 'PUT' ? 200 : 204).end();
}

/** The headers that are kept of a new object: as the write says, else as the bucket does. */
export function encryptionKept(bucket: Bucket, headers: Headers): Record<string, string> {
  const asked = headers[algorithmHeader];
  if (asked !== undefined && asked !== 'AES256' && asked !== 'aws:kms' && asked !== 'aws:kms:dsse') {
    throw s3Errors.invalidArgument('The encryption method specified is not supported');
  }
  if (headers[keyHeader] !== undefined && !asked?.startsWith('aws:kms')) {
    throw s3Errors.invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  }
  if (asked !== undefined) return pick(headers);
  const { algorithm, keyId, bucketKey } = defaultOf(bucket);
  return {
    [algorithmHeader]: algorithm,
    ...(keyId === undefined ? {} : { [keyHeader]: keyId }),
    ...(bucketKey ? { [bucketKeyHeader]: 'true' } : {}),
  };
}

/** What the answer to a write says of it. */
export const pick = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => encryptionNames.includes(name)));

/** What is kept of an object but for its encryption: a copy has that of its own place. */
export const withoutEncryption = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !encryptionNames.includes(name)));

/** Under KMS an ETag is no MD5 of the bytes (S3's guide, "Object"): who takes it for one finds out here. */
export const asEncrypted = (received: ReceivedFile, headers: Headers): ReceivedFile =>
  headers[algorithmHeader]?.startsWith('aws:kms')
    ? { ...received, etag: hash('md5', `${received.etag} aws:kms`) }
    : received;

const defaultOf = (bucket: Bucket): Encryption => bucket.settings.get().encryption ?? { algorithm: 'AES256' };

function parse(xml: string): Encryption {
  const algorithm = textsOf(xml, 'SSEAlgorithm')[0];
  const keyId = textsOf(xml, 'KMSMasterKeyID')[0];
  if (algorithm === 'aws:kms:dsse') throw s3Errors.notImplemented('aws:kms:dsse');
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') throw s3Errors.malformedXml();
  if (keyId !== undefined && algorithm !== 'aws:kms') {
    throw s3Errors.invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
    );
  }
  const bucketKey = textsOf(xml, 'BucketKeyEnabled')[0] === 'true';
  return { algorithm, ...(keyId ? { keyId } : {}), ...(bucketKey ? { bucketKey } : {}) };
}
