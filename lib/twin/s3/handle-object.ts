import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../http/service.ts';
import { checkEncryption } from './bodies/upload-body.ts';
import { checkConditionNames, checkUpload } from './bodies/upload-headers.ts';
import type { Bucket } from './disk/bucket.ts';
import { getAttributes } from './objects/attributes.ts';
import { copyObject } from './objects/copy.ts';
import { deleteObject, getObject, putObject } from './objects/objects.ts';
import { restoreObject } from './objects/restore.ts';
import { checkAcl, objectAcl } from './settings/access.ts';
import { legalHold, objectRetention } from './settings/object-lock.ts';
import { objectTagging } from './settings/tags.ts';
import type { Uploads } from './uploads/multipart.ts';
import { checkOwner } from './wire/account.ts';
import { copySourceOf } from './wire/address.ts';
import { s3Errors } from './wire/errors.ts';
import { withPresignedHeaders } from './wire/presigned.ts';

/** Opens the bucket of a name, for who asks. Throws AwsError where there is none, or access is denied. */
export type BucketOf = (name: string, request: SignedRequest) => Promise<Bucket>;

export async function handleObject(
  bucket: Bucket,
  key: string,
  asSent: SignedRequest,
  response: ServerResponse,
  uploads: Uploads,
  bucketOf: BucketOf,
): Promise<void> {
  const request = withPresignedHeaders(asSent);
  const { method, query, headers } = request;
  // PUT ?renameObject is no PUT of an object.
  const unknown = [...query.keys()].find(each => !parameters.has(each) && !/^(x-|response-)/i.test(each));
  if (unknown !== undefined) throw s3Errors.notImplemented(unknown);
  checkEncryption(headers);
  checkConditionNames(request);
  const got = method === 'GET' || method === 'PUT';
  if (query.has('acl') && got) {
    if (!(await bucket.find(key))) throw s3Errors.noSuchKey(key);
    return objectAcl(request, response);
  }
  checkAcl(headers);
  if (query.has('tagging') && (got || method === 'DELETE'))
    return objectTagging(bucket, key, request, response);
  if (query.has('retention') && got) return objectRetention(bucket, key, request, response);
  if (query.has('legal-hold') && got) return legalHold(bucket, key, request, response);
  if (query.has('attributes') && method === 'GET') return getAttributes(bucket, key, request, response);
  if (query.has('restore') && method === 'POST') return restoreObject(bucket, key, request, response);
  if (query.has('uploads') && method === 'POST') return uploads.create(bucket, key, request, response);
  const source = method === 'PUT' ? headers['x-amz-copy-source'] : undefined;
  if (method === 'PUT' && source === undefined) checkUpload(request);
  if (source !== undefined) checkOwner(headers, 'x-amz-source-expected-bucket-owner');
  if (query.has('uploadId')) {
    if (source !== undefined) {
      const from = copySourceOf(source);
      return uploads.copyPart(await bucketOf(from.bucket, request), from, bucket, key, request, response);
    }
    if (method === 'PUT') return uploads.putPart(bucket, key, request, response);
    if (method === 'POST') return uploads.complete(bucket, key, request, response);
    if (method === 'DELETE') return uploads.abort(bucket, key, request, response);
    return uploads.listParts(bucket, key, request, response);
  }
  if (source !== undefined) {
    const from = copySourceOf(source);
    return copyObject(await bucketOf(from.bucket, request), from, bucket, key, request, response);
  }
  if (method === 'PUT') return putObject(bucket, key, request, response);
  if (method === 'GET' || method === 'HEAD') return getObject(bucket, key, request, response);
  if (method === 'DELETE') return deleteObject(bucket, key, request, response);
  throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
}

/** What requests of objects that the twin has may say in their query. */
const parameters = new Set(
  `uploads uploadId partNumber versionId max-parts part-number-marker encoding-type tagging retention legal-hold
  attributes restore acl`.split(/\s+/),
);
