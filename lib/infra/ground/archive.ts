import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { movedClasses, unverifiedTags, verifiedTags } from '../../../jobs/plate-archive/lifecycle-tags.ts';
import type { ArchiveBucket } from '../../contract/workload/config.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import { acknowledge } from '../acknowledge.ts';

export interface ArchiveProps {
  readonly archive: ArchiveBucket;
  /** The lab's own key, of a lab that is held to a pack. */
  readonly encryptionKey?: IKey;
  readonly accessLogs?: Bucket;
}

/**
 * The bucket of the lab's archives. What its rules move or let expire they know by tags: `verified=yes` and `archive-class=…` are
 * the verifier's, `verified=no` the archiver's. Nothing without a tag moves or expires: index, inventory and proofs stay readable.
 */
export class Archive extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { archive, encryptionKey, accessLogs }: ArchiveProps) {
    super(scope, id);
    const key = archive.keyArn ? Key.fromKeyArn(this, 'Key', archive.keyArn) : encryptionKey;
    const { objectLock: lock } = archive;
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: archive.bucket,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: archive.versioned,
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      ...(lock
        ? {
            objectLockEnabled: true,
            objectLockDefaultRetention:
              lock.mode === 'COMPLIANCE'
                ? ObjectLockRetention.compliance(Duration.days(lock.days))
                : ObjectLockRetention.governance(Duration.days(lock.days)),
          }
        : {}),
      ...(accessLogs ? { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: 'archive/' } : {}),
      lifecycleRules: [...lifecycleRules(archive)],
    });
    Tags.of(this.bucket).add(tagNames.role, 'archive');
    this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(
      this.bucket,
      'S3BucketReplicationEnabled',
      'a second copy of archives is the lab’s to decide, and to pay for',
    );
    if (!archive.versioned)
      acknowledge(this.bucket, 'S3BucketVersioningEnabled', 'lab.config.ts says archive.versioned: false');
    if (!accessLogs) {
      const none = 'an output bucket of the lab’s own has its access logs where its owner says';
      acknowledge(this.bucket, 'S1', none);
      acknowledge(this.bucket, 'S3BucketLoggingEnabled', none);
    }
    if (key && !encryptionKey) return;
    if (!key)
      acknowledge(this.bucket, 'S3DefaultEncryptionKMS', 'S3’s own keys, where the lab is held to no pack');
  }
}

const below = { prefix: 'plates/' };

const lifecycleRules = ({ versioned, leftoverDays }: ArchiveBucket): readonly LifecycleRule[] => [
  ...movedClasses.map(name => ({
    ...below,
    id: `Verified-${name}`,
    tagFilters: verifiedTags(name),
    // At the next run of S3's lifecycle, which is once a day.
    transitions: [{ storageClass: StorageClass[name], transitionAfter: Duration.days(0) }],
  })),
  {
    ...below,
    id: 'Unverified',
    tagFilters: unverifiedTags,
    expiration: Duration.days(leftoverDays),
    ...(versioned ? { noncurrentVersionExpiration: Duration.days(leftoverDays) } : {}),
  },
  { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
];
