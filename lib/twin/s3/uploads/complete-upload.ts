import { createHash, hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Checksums } from '../../../contract/ports/object-store.ts';
import type { SignedRequest } from '../../http/service.ts';
import { receive } from '../bodies/receive.ts';
import type { Bucket, ObjectMeta, ReceivedFile } from '../disk/bucket.ts';
import { rm } from '../disk/quick-fs.ts';
import { checkWrite } from '../objects/conditions.ts';
import { checksumFields } from '../objects/copy.ts';
import { pick } from '../settings/encryption.ts';
import { expiryHeaders } from '../settings/lifecycle-due.ts';
import { withDefault } from '../settings/object-lock.ts';
import { versionHeaders } from '../settings/versioning.ts';
import { sendXml } from '../wire/answers.ts';
import { byDefault, checksum, checksumAlgorithms, checksumHeader } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { blocksOf, textsOf, xmlDocument } from '../wire/xml.ts';
import type { Upload, UploadedPart, UploadStore } from './upload-store.ts';

const smallestPart = 5 * 1024 * 1024;

/** Makes an upload's parts the object; call it in the upload's `exclusively`. */
export async function completeUpload(
  store: UploadStore,
  upload: Upload,
  bucket: Bucket,
  xml: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const { key } = upload;
  checkType(upload, request.headers['x-amz-checksum-type']);
  const parts = chooseParts(upload, await store.parts(upload), xml);
  const expected = request.headers['x-amz-mp-object-size'];
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  if (expected !== undefined && Number(expected) !== total) {
    const message = `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${total}`;
    throw s3Errors.invalidRequest(message);
  }
  checkWrite(request.headers, key, await bucket.find(key));
  const path = bucket.temporaryPath();
  try {
    const received = await join(store, upload, parts, path, request);
    const meta = await bucket.exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.look(key));
      return bucket.commit(key, received, {
        headers: upload.headers,
        parts: parts.map(part => part.size),
        upload: { id: upload.id, etags: etagsOf(xml) },
        checksumType: upload.type ?? 'FULL_OBJECT',
        ...(upload.algorithm ? { partChecksums: parts.map(part => part.checksums) } : {}),
        ...(upload.tags ? { tags: upload.tags } : {}),
        ...withDefault(bucket, lockOf(upload)),
      });
    });
    await store.remove(upload);
    answer(bucket, meta, request, response);
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Answers as the first time, where the upload was completed with the same parts already: a client that did not hear the
 * answer asks again. False when it was not.
 */
export async function completedBefore(
  id: string,
  bucket: Bucket,
  key: string,
  xml: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<boolean> {
  await bucket.find(key);
  const meta = bucket.versions(key).find(each => each.upload?.id === id);
  if (meta?.upload?.etags !== etagsOf(xml)) return false;
  answer(bucket, meta, request, response);
  return true;
}

function answer(bucket: Bucket, meta: ObjectMeta, request: SignedRequest, response: ServerResponse): void {
  const said = { ...versionHeaders(bucket, meta), ...expiryHeaders(bucket, meta), ...pick(meta.headers) };
  for (const [name, value] of Object.entries(said)) response.setHeader(name, value);
  const fields = {
    Location: `http://${request.headers.host}/${bucket.name}/${encodeURIComponent(meta.key)}`,
    Bucket: bucket.name,
    Key: meta.key,
    ETag: `"${meta.etag}"`,
    ...checksumFields(meta.checksums),
    ChecksumType: meta.checksumType,
  };
  sendXml(response, xmlDocument('CompleteMultipartUploadResult', fields));
}

/** A hash: 10,000 of them would be a long record. */
const etagsOf = (xml: string): string =>
  hash('sha256', textsOf(xml, 'ETag').join(' ').replace(/"/g, '')).slice(0, 32);

const lockOf = ({ retention, legalHold }: Upload) => ({
  ...(retention ? { retention } : {}),
  ...(legalHold ? { legalHold } : {}),
});

async function join(
  store: UploadStore,
  upload: Upload,
  parts: readonly UploadedPart[],
  path: string,
  request: SignedRequest,
): Promise<ReceivedFile> {
  const { algorithm } = upload;
  const ofAll = algorithm === undefined ? byDefault : upload.type === 'FULL_OBJECT' ? [algorithm] : [];
  const bytes = store.bytesOf(upload, parts);
  const { size, mtimeMs, checksums } = await receive(path, bytes, ofAll, { md5: false });
  const digests = Buffer.concat(parts.map(part => Buffer.from(part.etag, 'hex')));
  const etag = `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
  const made = ofAll.length > 0 ? checksums : await compositeOf(upload, parts);
  for (const each of checksumAlgorithms) {
    const stated = request.headers[checksumHeader(each)];
    const value = made[each];
    // A composite one is stated with the number of its parts or without.
    const isRight = stated === value || `${stated}-${parts.length}` === value;
    if (stated !== undefined && value !== undefined && !isRight) throw s3Errors.badDigest(each);
  }
  return { path, size, mtimeMs, etag, checksums: made };
}

/** A checksum of the parts' checksums, with their number, as S3 makes composite ones. */
async function compositeOf(upload: Upload, parts: readonly UploadedPart[]): Promise<Checksums> {
  if (!upload.algorithm) return {};
  const running = await checksum(upload.algorithm);
  for (const part of parts) running.update(Buffer.from(part.checksums[upload.algorithm] ?? '', 'base64'));
  return { [upload.algorithm]: `${running.digest()}-${parts.length}` };
}

function chooseParts(upload: Upload, stored: readonly UploadedPart[], xml: string): UploadedPart[] {
  const asked = blocksOf(xml, 'Part');
  if (asked.length === 0 || asked.length > 10_000) throw s3Errors.malformedXml();
  const there = new Map(stored.map(part => [part.number, part]));
  let before = 0;
  const chosen = asked.map(block => {
    const number = Number(textsOf(block, 'PartNumber')[0]);
    if (!Number.isInteger(number)) throw s3Errors.malformedXml();
    if (number < 1) throw s3Errors.invalidArgument('PartNumber must be >= 1', 'PartNumber', String(number));
    if (number <= before) throw s3Errors.invalidPartOrder();
    before = number;
    const part = there.get(number);
    if (!part || textsOf(block, 'ETag')[0]?.replace(/"/g, '') !== part.etag) throw s3Errors.invalidPart();
    checkPartChecksums(upload, part, block);
    return part;
  });
  if (chosen.slice(0, -1).some(part => part.size < smallestPart)) throw s3Errors.entityTooSmall();
  // CompletedPart: "the PartNumber must start at 1 and the part numbers must be consecutive" where parts have checksums.
  if (upload.algorithm && chosen.at(-1)?.number !== chosen.length) throw s3Errors.invalidPartOrder();
  return chosen;
}

function checkType(upload: Upload, asked: string | undefined): void {
  if (asked === undefined) return;
  const type = asked.toUpperCase();
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE') {
    throw s3Errors.invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  if (upload.type === undefined || type === upload.type) return;
  const message = `The upload was created using the ${upload.type} checksum mode. The complete request must use the same checksum mode.`;
  throw s3Errors.invalidRequest(message);
}

function checkPartChecksums(upload: Upload, part: UploadedPart, block: string): void {
  for (const algorithm of checksumAlgorithms) {
    const stated = textsOf(block, `Checksum${algorithm}`)[0];
    if (stated !== undefined && stated !== part.checksums[algorithm]) throw s3Errors.invalidPart();
    if (stated === undefined && upload.type === 'COMPOSITE' && upload.algorithm === algorithm) {
      const name = algorithm.toLowerCase();
      const message = `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`;
      throw s3Errors.invalidRequest(message);
    }
  }
}
