import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { tagNames } from '../../spec/metadata.ts';
import { acknowledge } from '../acknowledge.ts';

export interface StorageProps {
  readonly existingBucket?: string;
}

/** The output bucket, kept when the stack goes, and the log of who used it. */
export class Storage extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    if (props.existingBucket) {
      this.bucket = Bucket.fromBucketName(this, 'Output', props.existingBucket);
      return;
    }
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(365) }],
    });
    Tags.of(accessLogs).add(tagNames.role, 'access-logs');
    acknowledge(accessLogs, 'S1', 'the bucket that takes access logs keeps none of itself');
    const output = new Bucket(this, 'Output', {
      ...common,
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
    // A later stack of this lab finds the bucket by it.
    Tags.of(output).add(tagNames.role, 'output');
    // A bucket that stays goes on to take TLS only.
    for (const bucket of [accessLogs, output]) bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.bucket = output;
  }
}
