import type { ServerResponse } from 'node:http';
import type { Rights } from '../../access/needed.ts';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket } from '../disk/bucket.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { deletionNeeded } from '../rights.ts';
import { checkUnlocked } from '../settings/object-lock.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { isVersionId } from '../wire/version-ids.ts';
import { blocksOf, textsOf, type XmlTree, xmlDocument } from '../wire/xml.ts';
import { checkWrite } from './conditions.ts';

/** DeleteObjects: up to 1,000 keys, each with a condition of its own; what fails is told inside the 200. */
export async function deleteMany(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
  rights: Rights,
): Promise<void> {
  const xml = await readXml(request, { wantsDigest: true });
  const objects = blocksOf(xml, 'Object');
  if (objects.length === 0 || objects.length > 1000) throw s3Errors.malformedXml();
  const quiet = textsOf(xml, 'Quiet')[0] === 'true';
  const deleted: XmlTree[] = [];
  const errors: XmlTree[] = [];
  if (objects.some(object => !textsOf(object, 'Key')[0])) throw s3Errors.malformedXml();
  for (const object of objects) {
    const Key = textsOf(object, 'Key')[0] ?? '';
    const VersionId = textsOf(object, 'VersionId')[0] || undefined;
    const etag = textsOf(object, 'ETag')[0];
    try {
      checkObject(Key, VersionId, object);
      const entry = { key: Key, versionId: VersionId, etag };
      rights.want(deletionNeeded(bucket.name, entry, request.headers));
      deleted.push(await deleteOne(bucket, Key, VersionId, etag, request));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  sendXml(response, xmlDocument('DeleteResult', { ...(quiet ? {} : { Deleted: deleted }), Error: errors }));
}

/** What would be passed over must not be deleted on no condition: those of directory buckets, too. */
function checkObject(key: string, versionId: string | undefined, object: string): void {
  if (Buffer.byteLength(key) > 1024) throw s3Errors.keyTooLong();
  if (versionId !== undefined && !isVersionId(versionId)) throw s3Errors.noSuchVersion(key, versionId);
  for (const name of ['LastModifiedTime', 'Size']) {
    if (blocksOf(object, name).length > 0) throw s3Errors.notImplemented(name);
  }
}

function deleteOne(
  bucket: Bucket,
  Key: string,
  VersionId: string | undefined,
  etag: string | undefined,
  request: SignedRequest,
): Promise<XmlTree> {
  return bucket.exclusively(Key, async () => {
    const there = await bucket.lookVersion(Key, VersionId);
    const object = there?.deleteMarker ? undefined : there;
    checkWrite(etag === undefined ? {} : { 'if-match': etag }, Key, object);
    if (VersionId !== undefined) {
      checkUnlocked(bucket, there, request.headers);
      const removed = await bucket.removeVersion(Key, VersionId);
      const marker = removed?.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: VersionId } : {};
      return { Key, VersionId, ...marker };
    }
    const marker = await bucket.remove(Key);
    if (!marker) return { Key };
    return { Key, DeleteMarker: true, DeleteMarkerVersionId: versionIdOf(marker) };
  });
}
