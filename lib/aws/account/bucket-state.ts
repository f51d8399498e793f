import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BucketState } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { bucketEncryption } from '../read/bucket-encryption.ts';
import { unless } from '../read/unless.ts';
import { readingConfig } from './reading.ts';

/** The settings of a bucket that our stack would set. */
export async function bucketState(endpoint: Endpoint, bucket: string): Promise<BucketState> {
  const client = new S3Client({
    ...readingConfig(endpoint),
    forcePathStyle: endpoint.url !== undefined,
    followRegionRedirects: true,
  });
  const Bucket = bucket;
  const [location, versioning, encryption, block, policy, lifecycle, ownership] = await Promise.all([
    client.send(new GetBucketLocationCommand({ Bucket })),
    client.send(new GetBucketVersioningCommand({ Bucket })),
    bucketEncryption(client, bucket),
    unless(client.send(new GetPublicAccessBlockCommand({ Bucket })), [
      'NoSuchPublicAccessBlockConfiguration',
    ]),
    unless(client.send(new GetBucketPolicyCommand({ Bucket })), ['NoSuchBucketPolicy']),
    unless(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })), [
      'NoSuchLifecycleConfiguration',
    ]),
    unless(client.send(new GetBucketOwnershipControlsCommand({ Bucket })), [
      'OwnershipControlsNotFoundError',
    ]),
  ]);
  const algorithm = encryption?.SSEAlgorithm;
  const blocks = block?.PublicAccessBlockConfiguration;
  const rules = (lifecycle?.Rules ?? []).filter(isForAll);
  const abort = least(rules.map(rule => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation));
  const old = least(rules.map(rule => rule.NoncurrentVersionExpiration?.NoncurrentDays));
  return {
    region: regionOf(location.LocationConstraint),
    versioning: versioning.Status === 'Enabled',
    ...(algorithm ? { encryption: algorithm } : {}),
    publicAccessBlocked: Boolean(
      blocks?.BlockPublicAcls &&
        blocks.IgnorePublicAcls &&
        blocks.BlockPublicPolicy &&
        blocks.RestrictPublicBuckets,
    ),
    tlsOnly: deniesPlain(policy?.Policy),
    ...(abort === undefined ? {} : { abortUploadsDays: abort }),
    ...(old === undefined ? {} : { oldVersionsDays: old }),
    // What a bucket has that nobody ever gave controls.
    ownership: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? 'ObjectWriter',
  };
}

/** S3's names for its two oldest regions. */
const regionOf = (constraint: string | undefined): string =>
  !constraint ? 'us-east-1' : constraint === 'EU' ? 'eu-west-1' : constraint;

/** An enabled rule over the whole bucket. */
const isForAll = (rule: LifecycleRule): boolean =>
  rule.Status === 'Enabled' && !(rule.Prefix || rule.Filter?.Prefix || rule.Filter?.Tag || rule.Filter?.And);

function least(days: readonly (number | undefined)[]): number | undefined {
  const known = days.flatMap(each => each ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

interface Statement {
  readonly Effect?: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Whether a bucket policy denies requests without TLS. */
export function deniesPlain(policy: string | undefined): boolean {
  if (!policy) return false;
  const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  return ([Statement].flat() as readonly Statement[]).some(
    each =>
      each.Effect === 'Deny' &&
      String([each.Condition?.Bool?.['aws:SecureTransport']].flat()[0]).toLowerCase() === 'false',
  );
}
