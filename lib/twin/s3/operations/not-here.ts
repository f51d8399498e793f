import type { Operation } from './operation.ts';

/**
 * What S3 has and the twin has not: it answers that it is not implemented, where a request that it took for another could
 * remove a bucket. Word of the query, place, and for each method the API's name and IAM's.
 */
export const notHere: readonly Operation[] = [
  ...of('abac', 'bucket', { GET: ['GetBucketAbac'], PUT: ['PutBucketAbac'] }),
  ...of('accelerate', 'bucket', {
    GET: ['GetBucketAccelerateConfiguration', 'GetAccelerateConfiguration'],
    PUT: ['PutBucketAccelerateConfiguration', 'PutAccelerateConfiguration'],
  }),
  ...of('analytics', 'bucket', configuration('Analytics', 'AnalyticsConfiguration')),
  ...of('inventory', 'bucket', configuration('Inventory', 'InventoryConfiguration')),
  ...of('metrics', 'bucket', configuration('Metrics', 'MetricsConfiguration')),
  ...of('logging', 'bucket', { GET: ['GetBucketLogging'], PUT: ['PutBucketLogging'] }),
  ...of('notification', 'bucket', {
    GET: ['GetBucketNotificationConfiguration', 'GetBucketNotification'],
    PUT: ['PutBucketNotificationConfiguration', 'PutBucketNotification'],
  }),
  ...of('metadataTable', 'bucket', {
    GET: ['GetBucketMetadataTableConfiguration'],
    POST: ['CreateBucketMetadataTableConfiguration'],
    DELETE: ['DeleteBucketMetadataTableConfiguration'],
  }),
  ...of('metadataConfiguration', 'bucket', {
    GET: ['GetBucketMetadataConfiguration', 'GetBucketMetadataTableConfiguration'],
    POST: ['CreateBucketMetadataConfiguration', 'CreateBucketMetadataTableConfiguration'],
    DELETE: ['DeleteBucketMetadataConfiguration', 'DeleteBucketMetadataTableConfiguration'],
  }),
  ...of('session', 'bucket', { GET: ['CreateSession'] }),
  ...of('policy', 'bucket', { PUT: ['PutBucketPolicy'], DELETE: ['DeleteBucketPolicy'] }),
  ...of('ownershipControls', 'bucket', {
    PUT: ['PutBucketOwnershipControls'],
    DELETE: ['DeleteBucketOwnershipControls', 'PutBucketOwnershipControls'],
  }),
  ...of('publicAccessBlock', 'bucket', {
    PUT: ['PutPublicAccessBlock', 'PutBucketPublicAccessBlock'],
    DELETE: ['DeletePublicAccessBlock', 'PutBucketPublicAccessBlock'],
  }),
  ...of('cors', 'bucket', {
    PUT: ['PutBucketCors', 'PutBucketCORS'],
    DELETE: ['DeleteBucketCors', 'PutBucketCORS'],
  }),
  ...of('website', 'bucket', {
    PUT: ['PutBucketWebsite'],
    DELETE: ['DeleteBucketWebsite'],
  }),
  ...of('replication', 'bucket', {
    PUT: ['PutBucketReplication', 'PutReplicationConfiguration'],
    DELETE: ['DeleteBucketReplication', 'PutReplicationConfiguration'],
  }),
  ...of('requestPayment', 'bucket', { PUT: ['PutBucketRequestPayment'] }),
  ...of('annotation', 'object', {
    GET: ['GetObjectAnnotation'],
    PUT: ['PutObjectAnnotation'],
    DELETE: ['DeleteObjectAnnotation'],
  }),
  ...of('renameObject', 'object', { PUT: ['RenameObject'] }),
  ...of('select', 'object', { POST: ['SelectObjectContent', 'GetObject'] }),
  ...of('torrent', 'object', { GET: ['GetObjectTorrent'] }),
];

/** GET is one of them where an id is said, and the list of them where none is. */
function configuration(of: string, action: string): Readonly<Record<string, readonly [string, string]>> {
  return {
    GET: [`GetBucket${of}Configuration`, `Get${action}`],
    PUT: [`PutBucket${of}Configuration`, `Put${action}`],
    DELETE: [`DeleteBucket${of}Configuration`, `Put${action}`],
  };
}

function of(
  word: string,
  on: 'bucket' | 'object',
  methods: Readonly<Record<string, readonly [name: string, action?: string]>>,
): Operation[] {
  return Object.entries(methods).map(([method, [name, action = name]]) => ({
    name,
    on,
    method,
    has: [word],
    action: `s3:${action}`,
  }));
}
