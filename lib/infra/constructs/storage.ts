import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
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
    acknowledge(accessLogs, 'S1', 'the bucket that takes access logs keeps none of itself');
    this.bucket = new Bucket(this, 'Output', {
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
  }
}
