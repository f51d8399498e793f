import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { textsOf, xmlDocument } from '../wire/xml.ts';

export function getVersioning(bucket: Bucket, response: ServerResponse): void {
  sendXml(response, xmlDocument('VersioningConfiguration', { Status: bucket.settings.get().versioning }));
}

export async function putVersioning(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const xml = await readXml(request);
  const status = textsOf(xml, 'Status')[0];
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Errors.malformedXml();
  if (textsOf(xml, 'MfaDelete')[0] === 'Enabled') throw s3Errors.notImplemented('MfaDelete');
  if (status === 'Suspended' && bucket.settings.get().objectLock) {
    const message =
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.';
    throw new AwsError('InvalidBucketState', 409, message);
  }
  await bucket.settings.change({ versioning: status });
  response.writeHead(200).end();
}

/** x-amz-version-id, where the bucket ever kept versions. */
export function versionHeaders(bucket: Bucket, meta: ObjectMeta): Record<string, string> {
  return bucket.settings.get().versioning === undefined ? {} : { 'x-amz-version-id': versionIdOf(meta) };
}

/** Refuses what has no object behind it: nothing, or a delete marker, of which the answer's headers tell. */
export function existing<T extends { readonly meta: ObjectMeta } | undefined>(
  found: T,
  key: string,
  versionId: string | undefined,
  response: ServerResponse,
  method = 'GET',
): asserts found is Exclude<T, undefined> {
  if (!found) {
    throw versionId === undefined ? s3Errors.noSuchKey(key) : s3Errors.noSuchVersion(key, versionId);
  }
  const { meta } = found;
  if (!meta.deleteMarker) return;
  response.setHeader('x-amz-delete-marker', 'true');
  response.setHeader('x-amz-version-id', versionIdOf(meta));
  if (versionId === undefined) throw s3Errors.noSuchKey(key);
  response.setHeader('last-modified', new Date(meta.lastModified).toUTCString());
  response.setHeader('allow', 'DELETE');
  throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
    Method: method,
    ResourceType: 'DeleteMarker',
  });
}
