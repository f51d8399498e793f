import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { tagNames } from '../../contract/workload/metadata.ts';
import { acknowledge } from '../acknowledge.ts';

export interface StorageProps {
  readonly existingBucket?: string;
  /** ARN of the key of `existingBucket`, if it has a customer's own. */
  readonly existingBucketKey?: string;
  /** The lab's own key. @default - the output bucket is encrypted with S3's keys */
  readonly encryptionKey?: IKey;
}

/** The output bucket, kept when the stack goes, and the log of who used it. */
export class Storage extends Construct {
  readonly bucket: IBucket;
  /** What whoever reads and writes the bucket has to be allowed to use, too. */
  readonly bucketKey: IKey | undefined;
  /** Where the access logs of the lab's buckets go; none beside a bucket of somebody else's. */
  readonly accessLogs?: Bucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    if (props.existingBucket) {
      this.bucket = Bucket.fromBucketName(this, 'Output', props.existingBucket);
      this.bucketKey = props.existingBucketKey
        ? Key.fromKeyArn(this, 'OutputKey', props.existingBucketKey)
        : undefined;
      return;
    }
    this.bucketKey = props.encryptionKey;
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      encryption: BucketEncryption.S3_MANAGED,
      ...(props.encryptionKey ? { versioned: true } : {}),
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          expiration: Duration.days(365),
          ...(props.encryptionKey ? { noncurrentVersionExpiration: Duration.days(30) } : {}),
        },
      ],
    });
    Tags.of(accessLogs).add(tagNames.role, 'access-logs');
    const itself = 'the bucket that takes access logs keeps none of itself';
    acknowledge(accessLogs, 'S1', itself);
    acknowledge(accessLogs, 'S3BucketLoggingEnabled', itself);
    acknowledge(
      accessLogs,
      'S3DefaultEncryptionKMS',
      'S3 delivers access logs to no bucket with a key of KMS: docs.aws.amazon.com/AmazonS3, Enabling server access logging',
    );
    const output = new Bucket(this, 'Output', {
      ...common,
      ...(props.encryptionKey
        ? { encryption: BucketEncryption.KMS, encryptionKey: props.encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      versioned: true,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'output/',
      lifecycleRules: [
        { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
        {
          id: 'ExpireOldVersions',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    this.accessLogs = accessLogs;
    for (const bucket of [accessLogs, output])
      acknowledge(
        bucket,
        'S3BucketReplicationEnabled',
        'outputs are made again from inputs; a copy in another region is the lab’s to decide, and to pay for',
      );
    // A later stack of this lab finds the bucket by it.
    Tags.of(output).add(tagNames.role, 'output');
    // A bucket that stays goes on to take TLS only.
    for (const bucket of [accessLogs, output]) bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.bucket = output;
  }
}
