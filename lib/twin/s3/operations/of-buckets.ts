import { listBuckets } from '../buckets.ts';
import { deleteMany } from '../objects/delete-many.ts';
import { listObjects } from '../objects/list.ts';
import { listVersions } from '../objects/list-versions.ts';
import { answerAccess, refuseAcl } from '../settings/access.ts';
import { bucketEncryption } from '../settings/encryption.ts';
import { bucketLifecycle } from '../settings/lifecycle.ts';
import { getLocation, headBucket } from '../settings/location.ts';
import { bucketLock } from '../settings/object-lock.ts';
import { bucketTagging } from '../settings/tags.ts';
import { bucketTiering } from '../settings/tiering.ts';
import { getVersioning, putVersioning } from '../settings/versioning.ts';
import type { Operation, OperationOn } from './operation.ts';

type Handle = NonNullable<OperationOn<'bucket'>['handle']>;

const listing = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

/** GET, PUT and DELETE of a bucket's setting: the right to write it is the right to remove it. */
const setting = (
  word: string,
  names: Readonly<Record<string, string>>,
  [read, write]: readonly [string, string],
  handle: Handle,
): Operation[] =>
  Object.entries(names).map(([method, name]) => ({
    name,
    on: 'bucket',
    method,
    has: [word],
    handle,
    action: method === 'GET' ? read : write,
  }));

/** What a bucket says of who may use it. */
const access = (word: string, name: string, action: string): Operation => ({
  name,
  on: 'bucket',
  method: 'GET',
  has: [word],
  action,
  handle: ({ bucket, response }) => answerAccess(word, bucket.name, response),
});

/** The operations of S3 itself and of its buckets. */
export const ofBuckets: readonly Operation[] = [
  {
    name: 'ListBuckets',
    on: 'service',
    method: 'GET',
    action: 's3:ListAllMyBuckets',
    handle: ({ ground, request, response }) => listBuckets(ground.folder, ground.region, request, response),
  },
  {
    name: 'CreateBucket',
    on: 'name',
    method: 'PUT',
    action: 's3:CreateBucket',
    handle: ({ ground, name, request, response }) => ground.create(name, request, response),
  },
  {
    name: 'DeleteBucket',
    on: 'bucket',
    method: 'DELETE',
    action: 's3:DeleteBucket',
    handle: async ({ ground, bucket, response }) => {
      await ground.remove(bucket);
      response.writeHead(204).end();
    },
  },
  {
    name: 'HeadBucket',
    on: 'bucket',
    method: 'HEAD',
    action: 's3:ListBucket',
    handle: ({ bucket, ground, response }) => headBucket(bucket, ground.region, response),
  },
  {
    name: 'DeleteObjects',
    on: 'bucket',
    method: 'POST',
    has: ['delete'],
    action: 's3:DeleteObject',
    versionAction: 's3:DeleteObjectVersion',
    handle: ({ bucket, rights, request, response }) => deleteMany(bucket, request, response, rights),
  },
  {
    name: 'ListObjects',
    on: 'bucket',
    method: 'GET',
    action: 's3:ListBucket',
    takes: [...listing, 'marker'],
    handle: ({ bucket, request, response }) => listObjects(bucket, request, response),
  },
  {
    name: 'ListObjectsV2',
    on: 'bucket',
    method: 'GET',
    has: ['list-type'],
    takes: [...listing, 'continuation-token', 'start-after', 'fetch-owner'],
    action: 's3:ListBucket',
    handle: ({ bucket, request, response }) => listObjects(bucket, request, response),
  },
  {
    name: 'ListObjectVersions',
    on: 'bucket',
    method: 'GET',
    has: ['versions'],
    takes: [...listing, 'key-marker', 'version-id-marker'],
    action: 's3:ListBucketVersions',
    handle: ({ bucket, request, response }) => listVersions(bucket, request, response),
  },
  {
    name: 'ListMultipartUploads',
    on: 'bucket',
    method: 'GET',
    has: ['uploads'],
    takes: ['prefix', 'delimiter', 'encoding-type', 'key-marker', 'upload-id-marker', 'max-uploads'],
    action: 's3:ListBucketMultipartUploads',
    handle: ({ ground, bucket, request, response }) => ground.uploads.listUploads(bucket, request, response),
  },
  {
    name: 'GetBucketLocation',
    on: 'bucket',
    method: 'GET',
    has: ['location'],
    action: 's3:GetBucketLocation',
    handle: ({ bucket, ground, response }) => getLocation(bucket, ground.region, response),
  },
  {
    name: 'GetBucketVersioning',
    on: 'bucket',
    method: 'GET',
    has: ['versioning'],
    action: 's3:GetBucketVersioning',
    handle: ({ bucket, response }) => getVersioning(bucket, response),
  },
  {
    name: 'PutBucketVersioning',
    on: 'bucket',
    method: 'PUT',
    has: ['versioning'],
    action: 's3:PutBucketVersioning',
    handle: ({ bucket, request, response }) => putVersioning(bucket, request, response),
  },
  ...setting(
    'tagging',
    { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'DeleteBucketTagging' },
    ['s3:GetBucketTagging', 's3:PutBucketTagging'],
    ({ bucket, request, response }) => bucketTagging(bucket, request, response),
  ),
  ...setting(
    'lifecycle',
    {
      GET: 'GetBucketLifecycleConfiguration',
      PUT: 'PutBucketLifecycleConfiguration',
      DELETE: 'DeleteBucketLifecycle',
    },
    ['s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
    ({ bucket, request, response }) => bucketLifecycle(bucket, request, response),
  ),
  ...(['Get', 'Put', 'Delete'] as const).map(
    (verb): Operation => ({
      name: `${verb}BucketIntelligentTieringConfiguration`,
      on: 'bucket',
      method: verb.toUpperCase(),
      has: ['intelligent-tiering'],
      takes: ['id'],
      action: `s3:${verb === 'Get' ? 'Get' : 'Put'}IntelligentTieringConfiguration`,
      handle: ({ bucket, request, response }) => bucketTiering(bucket, request, response),
    }),
  ),
  ...setting(
    'encryption',
    { GET: 'GetBucketEncryption', PUT: 'PutBucketEncryption', DELETE: 'DeleteBucketEncryption' },
    ['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'],
    ({ bucket, request, response }) => bucketEncryption(bucket, request, response),
  ),
  ...setting(
    'object-lock',
    { GET: 'GetObjectLockConfiguration', PUT: 'PutObjectLockConfiguration' },
    ['s3:GetBucketObjectLockConfiguration', 's3:PutBucketObjectLockConfiguration'],
    ({ bucket, request, response }) => bucketLock(bucket, request, response),
  ),
  access('acl', 'GetBucketAcl', 's3:GetBucketAcl'),
  access('ownershipControls', 'GetBucketOwnershipControls', 's3:GetBucketOwnershipControls'),
  access('publicAccessBlock', 'GetPublicAccessBlock', 's3:GetBucketPublicAccessBlock'),
  access('policy', 'GetBucketPolicy', 's3:GetBucketPolicy'),
  access('policyStatus', 'GetBucketPolicyStatus', 's3:GetBucketPolicyStatus'),
  access('cors', 'GetBucketCors', 's3:GetBucketCORS'),
  access('website', 'GetBucketWebsite', 's3:GetBucketWebsite'),
  access('replication', 'GetBucketReplication', 's3:GetReplicationConfiguration'),
  access('requestPayment', 'GetBucketRequestPayment', 's3:GetBucketRequestPayment'),
  {
    name: 'PutBucketAcl',
    on: 'bucket',
    method: 'PUT',
    has: ['acl'],
    action: 's3:PutBucketAcl',
    handle: refuseAcl,
  },
];
