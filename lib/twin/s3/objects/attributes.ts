import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { changeVersion } from '../settings/tags.ts';
import { versionHeaders } from '../settings/versioning.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { type XmlTree, xmlDocument } from '../wire/xml.ts';
import { checkRead } from './conditions.ts';
import { checksumFields } from './copy.ts';

const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** GetObjectAttributes: what S3 knows of an object without its metadata. */
export async function getAttributes(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const asked = (request.headers['x-amz-object-attributes'] ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(Boolean);
  if (asked.length === 0 || asked.some(each => !known.includes(each))) {
    throw s3Errors.invalidArgument('Invalid attribute name specified.');
  }
  const meta = await changeVersion(bucket, key, request, response, () => undefined);
  if (checkRead(request.headers, meta) === 304) return void response.writeHead(304).end();
  // Here S3 leaves the number of parts off a composite one.
  const checksums = Object.fromEntries(
    Object.entries(checksumFields(meta.checksums)).map(([name, value]) => [name, value.replace(/-\d+$/, '')]),
  );
  const all: XmlTree = {
    ETag: meta.etag,
    Checksum:
      Object.keys(checksums).length > 0
        ? { ...checksums, ChecksumType: meta.checksumType ?? 'FULL_OBJECT' }
        : undefined,
    ObjectParts: meta.parts && partsOf(meta, meta.parts, request),
    StorageClass: meta.headers['x-amz-storage-class'] ?? 'STANDARD',
    ObjectSize: meta.size,
  };
  response.setHeader('last-modified', new Date(meta.lastModified).toUTCString());
  for (const [name, value] of Object.entries(versionHeaders(bucket, meta))) response.setHeader(name, value);
  sendXml(
    response,
    xmlDocument(
      'GetObjectAttributesResponse',
      Object.fromEntries(known.filter(name => asked.includes(name)).map(name => [name, all[name]])),
    ),
  );
}

/** Parts are listed one by one only where they have checksums. */
function partsOf(meta: ObjectMeta, sizes: readonly number[], request: SignedRequest): XmlTree {
  if (!meta.partChecksums) return { PartsCount: sizes.length };
  const most = Math.min(1000, Number(request.headers['x-amz-max-parts'] ?? 1000));
  const after = Number(request.headers['x-amz-part-number-marker'] ?? 0);
  if (!Number.isInteger(most) || !Number.isInteger(after) || most < 0 || after < 0) {
    throw s3Errors.invalidArgument('The part marker and the number of parts must be whole numbers');
  }
  const page = sizes.map((Size, index) => ({
    PartNumber: index + 1,
    Size,
    ...checksumFields(meta.partChecksums?.[index] ?? {}),
  }));
  const shown = page.slice(after, after + most);
  return {
    PartsCount: sizes.length,
    PartNumberMarker: after,
    NextPartNumberMarker: shown.at(-1)?.PartNumber ?? 0,
    MaxParts: most,
    IsTruncated: after + shown.length < sizes.length,
    Part: shown,
  };
}
