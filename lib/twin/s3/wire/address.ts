import { AwsError, type SignedRequest } from '../../http/service.ts';
import { s3Errors } from './errors.ts';
import { checkedVersionId } from './version-ids.ts';

/** What a request is about; empty where the address names none. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
}

export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');

/** The name of a bucket that may be made: those that look like addresses or belong to S3 itself may not. */
export const isNewBucketName = (name: string): boolean =>
  isBucketName(name) &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);

/** Of `/bucket/key`, or of `/key` at the host `bucket.localhost`. Throws AwsError when it is not UTF-8. */
export function addressOf(request: Pick<SignedRequest, 'rawPath' | 'headers'>): Address {
  const bucket = /^(.+)\.localhost(?::\d+)?$/.exec(request.headers.host ?? '')?.[1];
  return bucket === undefined
    ? splitPath(request.rawPath)
    : { bucket, key: decode(request.rawPath.slice(1)) };
}

/** Of an x-amz-copy-source header: `bucket/key?versionId=id`. Throws AwsError when it is none. */
export function copySourceOf(header: string): Address & { readonly versionId?: string } {
  const [, path = '', versionId] = /^\/?([^?]*)(?:\?versionId=(.*))?$/s.exec(header) ?? [];
  const address = splitPath(`/${path}`);
  if (address.bucket === '' || address.key === '') {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw s3Errors.invalidArgument(message, 'x-amz-copy-source', header);
  }
  return { ...address, ...(versionId ? { versionId: checkedVersionId(decode(versionId)) } : {}) };
}

function splitPath(rawPath: string): Address {
  const slash = rawPath.indexOf('/', 1);
  const bucket = slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash);
  return { bucket: decode(bucket), key: slash < 0 ? '' : decode(rawPath.slice(slash + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}
