import type { CopyOptions, CopySource } from '../../contract/ports/object-store.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, WireError } from './http.ts';
import { xmlField } from './listing/list.ts';
import { encode, encodeKey } from './sign.ts';
import { metadataHeaders } from './upload.ts';

/** CopyObject: the source only while its ETag is what the caller says, and never over another object. */
export async function copyObject(
  call: BucketCall,
  from: CopySource,
  key: string,
  { ifMatch, ifNoneMatch, storageClass, tags, metadata }: CopyOptions,
): Promise<{ readonly etag: string }> {
  const path = `/${from.bucket}/${encodeKey(from.key)}`;
  const { answer } = await call('PUT', key, {
    headers: {
      'x-amz-copy-source': from.versionId ? `${path}?versionId=${encode(from.versionId)}` : path,
      'x-amz-copy-source-if-match': ifMatch,
      ...(ifNoneMatch ? { 'if-none-match': '*' } : {}),
      ...(metadata ? { 'x-amz-metadata-directive': 'REPLACE', ...metadataHeaders(metadata) } : {}),
      ...(storageClass ? { 'x-amz-storage-class': storageClass } : {}),
      ...(tags
        ? { 'x-amz-tagging-directive': 'REPLACE', 'x-amz-tagging': new URLSearchParams(tags).toString() }
        : {}),
    },
  });
  const xml = (await readBody(answer)).toString('utf8');
  // A copy that fails late is a 200 with an error inside.
  if (xml.includes('<Error>')) throw new WireError(500, xml);
  return { etag: xmlField(xml, 'ETag') };
}
