import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { HeadBucketCommand, paginateListBuckets, S3Client } from '@aws-sdk/client-s3';
import type { BucketSize, LabBucket } from '../../contract/ports/stack.ts';
import { stackName, tagNames } from '../../contract/workload/metadata.ts';
import { clientConfig, type Endpoint } from '../endpoint.ts';
import { bucketEncryption } from '../read/bucket-encryption.ts';
import { objectPages } from '../read/objects.ts';
import { taggedResources } from '../read/tagged.ts';
import { statusOf } from '../sdk-error.ts';
import { collect } from './look.ts';
import { isStackMade } from './names.ts';

/**
 * The lab's buckets in this region: by tag, and by name, for a bucket that an earlier version made has no tag of its role.
 * Newest first.
 */
export async function labBuckets(endpoint: Endpoint, lab: string): Promise<LabBucket[]> {
  const s3 = new S3Client({ ...clientConfig(endpoint), forcePathStyle: endpoint.url !== undefined });
  const [tagged, named] = await Promise.all([taggedBuckets(endpoint, lab), namedBuckets(s3, lab)]);
  const names = [...new Set([...tagged.keys(), ...named.keys()])];
  const found = await Promise.all(
    names.map(async (name): Promise<LabBucket | undefined> => {
      // Tags of a bucket that is gone stay listed a while; a bucket of the same lab may be in another region.
      const region = await regionOf(s3, name);
      if (!region || region !== endpoint.region) return undefined;
      const createdAt = named.get(name);
      const key = await keyOf(s3, name);
      return {
        name,
        role: roleOf(name, tagged.get(name)),
        ...(createdAt ? { createdAt } : {}),
        ...(key ? { key } : {}),
        ...(await measureBucket(s3, name)),
      };
    }),
  );
  return found
    .filter(bucket => bucket !== undefined)
    .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
}

/** The value of its role's tag, by bucket. */
async function taggedBuckets(endpoint: Endpoint, lab: string): Promise<Map<string, string>> {
  const client = new ResourceGroupsTaggingAPIClient(clientConfig(endpoint));
  const tagged = await taggedResources(client, lab, ['s3']);
  return new Map(
    tagged.map(each => [
      each.ResourceARN?.split(':::').at(-1) ?? '',
      each.Tags?.find(tag => tag.Key === tagNames.role)?.Value ?? '',
    ]),
  );
}

async function namedBuckets(client: S3Client, lab: string): Promise<Map<string, Date | undefined>> {
  const all = await collect(
    paginateListBuckets({ client }, { Prefix: `${stackName(lab)}-` }),
    page => page.Buckets,
  );
  return new Map(
    all.filter(each => isStackMade(lab, each.Name ?? '')).map(each => [each.Name!, each.CreationDate]),
  );
}

function roleOf(name: string, tag: string | undefined): LabBucket['role'] {
  if (tag === 'output' || tag === 'access-logs' || tag === 'archive') return tag;
  // As CloudFormation names the buckets of the stack's Storage.
  if (/-storageoutput/.test(name)) return 'output';
  return /-storageaccesslogs/.test(name) ? 'access-logs' : 'other';
}

async function regionOf(client: S3Client, bucket: string): Promise<string | undefined> {
  try {
    return (await client.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion ?? 'us-east-1';
  } catch (error) {
    const status = statusOf(error);
    // Elsewhere, or nobody's any more.
    if (status === 404 || status === 301) return undefined;
    throw error;
  }
}

/** Who may not read the setting sees a bucket with S3's own keys; doctor compares it once it is attached. */
async function keyOf(client: S3Client, bucket: string): Promise<string | undefined> {
  const encryption = await bucketEncryption(client, bucket).catch((error: unknown) => {
    if (statusOf(error) === 403) return undefined;
    throw error;
  });
  const key = encryption?.KMSMasterKeyID;
  return key?.startsWith('arn:') && key.includes(':key/') ? key : undefined;
}

/** Pages of 1,000 keys that are read at most: ten requests cost next to nothing, a billion objects' listing does. */
const pagesRead = 10;

/** Objects and bytes of the current versions, of as many as ten listings tell. */
export async function measureBucket(client: S3Client, bucket: string): Promise<BucketSize> {
  let objects = 0;
  let bytes = 0;
  let pages = 0;
  for await (const page of objectPages(client, { Bucket: bucket })) {
    for (const each of page.Contents ?? []) {
      objects++;
      bytes += each.Size ?? 0;
    }
    if (++pages === pagesRead) return { objects, bytes, more: page.IsTruncated === true };
  }
  return { objects, bytes, more: false };
}
