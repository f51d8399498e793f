import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { versionAsked } from '../wire/version-ids.ts';
import { blocksOf, textsOf, xmlDocument } from '../wire/xml.ts';
import { existing, versionHeaders } from './versioning.ts';

type Tags = Readonly<Record<string, string>>;

const mostObjectTags = 10;
const mostBucketTags = 50;

/** GET, PUT and DELETE of `?tagging` of an object or one of its versions. */
export async function objectTagging(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const tags = request.method === 'PUT' ? tagsOfXml(await readXml(request), mostObjectTags) : undefined;
  const meta = await changeVersion(bucket, key, request, response, () =>
    request.method === 'GET' ? undefined : { tags },
  );
  for (const [name, value] of Object.entries(versionHeaders(bucket, meta))) response.setHeader(name, value);
  if (request.method === 'GET') sendXml(response, tagsToXml(meta.tags ?? {}));
  else response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
}

/** The same of a bucket. */
export async function bucketTagging(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    const { tags } = bucket.settings.get();
    if (!tags || Object.keys(tags).length === 0) {
      throw new AwsError('NoSuchTagSet', 404, 'The TagSet does not exist', { BucketName: bucket.name });
    }
    return sendXml(response, tagsToXml(tags));
  }
  const tags = request.method === 'PUT' ? tagsOfXml(await readXml(request), mostBucketTags) : undefined;
  await bucket.settings.change({ tags });
  response.writeHead(204).end();
}

/** The x-amz-tagging header of a write: `a=1&b=2`. Throws AwsError for tags that S3 refuses. */
export function tagsOfHeader(header: string | undefined): { tags?: Tags } {
  if (header === undefined || header === '') return {};
  return { tags: checked([...new URLSearchParams(header)], mostObjectTags) };
}

/** Finds what a request is about, changes what it says, and gives it. */
export async function changeVersion(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
  change: (meta: ObjectMeta) => { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined } | undefined,
): Promise<ObjectMeta> {
  const versionId = versionAsked(request);
  return bucket.exclusively(key, async () => {
    const meta = await bucket.lookVersion(key, versionId);
    const found = meta && { meta };
    existing(found, key, versionId, response, request.method);
    const changed = change(found.meta);
    return changed ? bucket.describeAnew(found.meta, changed) : found.meta;
  });
}

function tagsOfXml(xml: string, most: number): Tags {
  const set = blocksOf(xml, 'TagSet')[0];
  if (set === undefined && !/<TagSet\s*\/>/.test(xml)) throw s3Errors.malformedXml();
  const pairs = blocksOf(set ?? '', 'Tag').map((block): [string, string] => {
    const [Key, Value] = [textsOf(block, 'Key')[0], textsOf(block, 'Value')[0]];
    if (Key === undefined) throw s3Errors.malformedXml();
    return [Key, Value ?? ''];
  });
  return checked(pairs, most);
}

function checked(pairs: readonly (readonly [string, string])[], most: number): Tags {
  if (pairs.length > most) {
    const what = most === mostObjectTags ? 'Object' : 'Bucket';
    throw new AwsError('BadRequest', 400, `${what} tags cannot be greater than ${most}`);
  }
  for (const [key, value] of pairs) {
    if (/^aws:/i.test(key)) {
      const message =
        most === mostObjectTags
          ? 'Your TagKey cannot be prefixed with aws:'
          : 'System tags cannot be added/updated by requester';
      throw new AwsError('InvalidTag', 400, message, { TagKey: key });
    }
    const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
    if (key === '' || key.length > 128 || !allowed.test(key))
      throw new AwsError('InvalidTag', 400, 'The TagKey you have provided is invalid', { TagKey: key });
    if (value.length > 256 || !allowed.test(value))
      throw new AwsError('InvalidTag', 400, 'The TagValue you have provided is invalid', { TagKey: key });
  }
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw new AwsError('InvalidTag', 400, 'Cannot provide multiple Tags with the same key');
  }
  return Object.fromEntries(pairs);
}

function tagsToXml(tags: Tags): string {
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return xmlDocument('Tagging', { TagSet: { Tag } });
}
