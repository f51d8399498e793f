import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../http/service.ts';
import type { Bucket } from './disk/bucket.ts';
import { deleteMany } from './objects/delete-many.ts';
import { listObjects } from './objects/list.ts';
import { listVersions } from './objects/list-versions.ts';
import { bucketAccess } from './settings/access.ts';
import { bucketEncryption } from './settings/encryption.ts';
import { bucketLifecycle } from './settings/lifecycle.ts';
import { bucketLock } from './settings/object-lock.ts';
import { bucketTagging } from './settings/tags.ts';
import { getVersioning, putVersioning } from './settings/versioning.ts';
import type { Uploads } from './uploads/multipart.ts';
import { sendXml } from './wire/answers.ts';
import { s3Errors } from './wire/errors.ts';

/** What is asked of a bucket that is there, but for its removal. */
export async function handleBucket(
  bucket: Bucket,
  twinRegion: string,
  request: SignedRequest,
  response: ServerResponse,
  uploads: Uploads,
): Promise<void> {
  const { method, query } = request;
  const region = bucket.settings.get().location ?? twinRegion;
  if (method === 'HEAD') return void response.writeHead(200, headHeaders(region)).end();
  if (method === 'POST' && query.has('delete')) return deleteMany(bucket, request, response);
  if (bucketAccess(bucket.name, request, response)) return;
  // PUT ?analytics is no PUT of the bucket. A listing passes over what it does not know, as S3 does.
  const isListing = method === 'GET' && ![...query.keys()].some(each => subresources.has(each));
  const unknown = [...query.keys()].find(each => !parameters.has(each) && !isListing && !/^x-/i.test(each));
  if (unknown !== undefined) throw s3Errors.notImplemented(unknown);
  const got = method === 'GET' || method === 'PUT';
  if (query.has('tagging') && (got || method === 'DELETE')) return bucketTagging(bucket, request, response);
  if (query.has('lifecycle') && (got || method === 'DELETE'))
    return bucketLifecycle(bucket, request, response);
  if (query.has('encryption') && (got || method === 'DELETE'))
    return bucketEncryption(bucket, request, response);
  if (query.has('object-lock') && got) return bucketLock(bucket, request, response);
  if (query.has('versioning') && method === 'PUT') return putVersioning(bucket, request, response);
  if (method !== 'GET')
    throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
  if (query.has('versioning')) return getVersioning(bucket, response);
  if (query.has('location')) {
    return sendXml(
      response,
      `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === 'us-east-1' ? '' : region}</LocationConstraint>`,
    );
  }
  if (query.has('uploads')) return uploads.listUploads(bucket, request, response);
  if (query.has('versions')) return listVersions(bucket, request, response);
  return listObjects(bucket, request, response);
}

const headHeaders = (region: string) => ({
  'x-amz-bucket-region': region,
  'x-amz-access-point-alias': 'false',
  'content-type': 'application/xml',
});

/** What requests of buckets that the twin has may say in their query; anything else is answered as not implemented. */
const parameters = new Set(
  `delete location uploads versions versioning tagging lifecycle object-lock encryption list-type prefix delimiter marker max-keys
  encoding-type continuation-token start-after fetch-owner key-marker upload-id-marker version-id-marker max-uploads`.split(
    /\s+/,
  ),
);

/** Sub-resources of buckets that S3 has and the twin has not. */
const subresources = new Set(
  `abac accelerate analytics intelligent-tiering inventory logging metadataConfiguration metadataTable metrics notification
  session`.split(/\s+/),
);
