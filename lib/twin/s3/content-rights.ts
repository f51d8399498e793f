import type { Needed, Rights } from '../access/needed.ts';
import type { SignedRequest } from '../http/service.ts';
import type { Bucket, ObjectMeta } from './disk/bucket.ts';
import type { Operation } from './operations/operation.ts';
import { isVersionId } from './wire/version-ids.ts';

interface About {
  readonly operation: Operation;
  readonly bucket: Bucket;
  readonly key: string;
  readonly request: SignedRequest;
  readonly rights: Rights;
}

const algorithm = 'x-amz-server-side-encryption';
const keyId = 'x-amz-server-side-encryption-aws-kms-key-id';
const writes = ['PutObject', 'CopyObject', 'CreateMultipartUpload', 'UploadPart', 'UploadPartCopy'];
const reads = ['GetObject', 'HeadObject', 'GetObjectAttributes'];

/**
 * Rights with what they need by the object that is there: its tags, where a policy asks for them, and the use of the key of
 * KMS that encrypts it. Keys that are not the account's own (`alias/aws/s3`) are open to whoever may use the bucket.
 */
export async function contentRights(needed: readonly Needed[], about: About): Promise<readonly Needed[]> {
  const { bucket, operation, request, rights } = about;
  const isRead = reads.includes(operation.name);
  const wantsTags = rights.asksFor('s3:existingobjecttag/');
  const usesKeys =
    bucket.settings.get().encryption?.keyId !== undefined || request.headers[keyId] !== undefined;
  if (!wantsTags && !usesKeys) return needed;
  const there = wantsTags || isRead ? await objectOf(about) : undefined;
  const tags = Object.entries(there?.tags ?? {}).map(([name, value]) => [
    `s3:existingobjecttag/${name.toLowerCase()}`,
    value,
  ]);
  const withTags = needed.map(each => ({
    ...each,
    context: { ...each.context, ...Object.fromEntries(tags) },
  }));
  return [...withTags, ...keyRights(about, there)];
}

async function objectOf({ bucket, key, request }: About): Promise<ObjectMeta | undefined> {
  const versionId = request.query.get('versionId') ?? undefined;
  if (versionId !== undefined && !isVersionId(versionId)) return undefined;
  return bucket.exclusively(key, () => bucket.lookVersion(key, versionId));
}

/** Whoever writes lets a data key be made, whoever reads has one decrypted; parts are encrypted by the upload's. */
function keyRights({ operation, bucket, request }: About, there: ObjectMeta | undefined): Needed[] {
  const ofBucket = bucket.settings.get().encryption;
  const asked = request.headers[algorithm];
  const context = { 'kms:viaservice': `s3.${request.region}.amazonaws.com` };
  const use = (key: string | undefined, actions: readonly string[]): Needed[] =>
    key?.startsWith('arn:aws:kms:')
      ? actions.map(action => ({ action: `kms:${action}`, resource: key, context }))
      : [];
  if (reads.includes(operation.name)) return use(there?.headers[keyId], ['Decrypt']);
  if (!writes.includes(operation.name)) return [];
  const key = asked === undefined ? ofBucket?.keyId : request.headers[keyId];
  return use(key, operation.name === 'PutObject' ? ['GenerateDataKey'] : ['GenerateDataKey', 'Decrypt']);
}
