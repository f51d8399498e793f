import type { ServerResponse } from 'node:http';
import type { Bucket } from '../disk/bucket.ts';
import { sendXml } from '../wire/answers.ts';

/** HeadBucket. `twinRegion` is where a bucket is that says nothing else. */
export function headBucket(bucket: Bucket, twinRegion: string, response: ServerResponse): void {
  response
    .writeHead(200, {
      'x-amz-bucket-region': regionOf(bucket, twinRegion),
      'x-amz-access-point-alias': 'false',
      'content-type': 'application/xml',
    })
    .end();
}

/** GetBucketLocation; us-east-1 is the empty one. */
export function getLocation(bucket: Bucket, twinRegion: string, response: ServerResponse): void {
  const region = regionOf(bucket, twinRegion);
  const text = region === 'us-east-1' ? '' : region;
  sendXml(
    response,
    `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`,
  );
}

const regionOf = (bucket: Bucket, twinRegion: string): string => bucket.settings.get().location ?? twinRegion;
