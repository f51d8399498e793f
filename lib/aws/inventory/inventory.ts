import { S3Client } from '@aws-sdk/client-s3';
import type { BucketSize, Found, LabInventory } from '../../contract/ports/stack.ts';
import { counted } from '../../contract/workload/number-text.ts';
import { clientConfig, type Endpoint } from '../endpoint.ts';
import { labBuckets, measureBucket } from './buckets.ts';
import { ec2Looks } from './ec2.ts';
import { type Look, lookAll } from './look.ts';
import { labSecrets } from './secrets.ts';
import { batchLooks, logLooks, repositoryLooks, taggedLooks } from './services.ts';

/** What there is of a lab in its region, over the SDK. */
export function sdkInventory(endpoint: Endpoint): LabInventory {
  return {
    look: (lab, repositoryPrefixes) =>
      lookAll([
        ...ec2Looks(endpoint, lab),
        ...batchLooks(endpoint, lab),
        ...logLooks(endpoint, lab),
        ...repositoryLooks(endpoint, lab, repositoryPrefixes),
        ...taggedLooks(endpoint, lab),
        bucketLook(endpoint, lab),
        secretLook(endpoint, lab),
      ]),
    buckets: lab => labBuckets(endpoint, lab),
    measure: bucket => {
      const client = new S3Client({ ...clientConfig(endpoint), forcePathStyle: endpoint.url !== undefined });
      return measureBucket(client, bucket);
    },
    secrets: lab => labSecrets(endpoint, lab),
  };
}

const held = ({ objects, bytes, more }: BucketSize): string =>
  objects === 0
    ? 'empty'
    : `${more ? 'more than ' : ''}${counted(objects, 'object')}, ${bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`}`;

const bucketLook = (endpoint: Endpoint, lab: string): Look => ({
  what: 'buckets',
  action: 's3:ListAllMyBuckets, s3:ListBucket and tag:GetResources',
  find: async () =>
    (await labBuckets(endpoint, lab)).map(
      (each): Found => ({
        kind: 'bucket',
        id: each.name,
        detail: `${each.role}; ${held(each)}`,
        ...(each.key ? { key: each.key } : {}),
      }),
    ),
});

const secretLook = (endpoint: Endpoint, lab: string): Look => ({
  what: 'secrets',
  action: 'secretsmanager:ListSecrets',
  find: async () =>
    (await labSecrets(endpoint, lab)).map(
      (each): Found =>
        each.deletedAt
          ? {
              kind: 'secret',
              id: each.name,
              detail: `being deleted since ${each.deletedAt.toISOString().slice(0, 10)}; its name is taken until it is gone`,
              harmless: true,
            }
          : { kind: 'secret', id: each.name, detail: 'there, with its value' },
    ),
});
