import { createHash } from 'node:crypto';
import type {
  ChecksumName,
  RestoreOptions,
  StoredAttributes,
  StoredObject,
} from '../../contract/ports/object-store.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, sendAndRead, WireError } from './http.ts';
import { keyReader } from './listing/listed-key.ts';
import { elements, fromXml, textBetween } from './xml.ts';

/** CreateBucket. us-east-1 is the one region that must not be named. */
export async function createBucket(call: BucketCall, region: string): Promise<'created' | 'there'> {
  const xml = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  const { answer } = await call('PUT', '', region === 'us-east-1' ? {} : { body: Buffer.from(xml) });
  try {
    await readBody(answer);
    return 'created';
  } catch (error) {
    if (error instanceof WireError && error.code === 'BucketAlreadyOwnedByYou') return 'there';
    throw error;
  }
}

/** RestoreObject. What is under way already, or can be read already, is no error. */
export async function restoreObject(
  call: BucketCall,
  look: (key: string, options: { versionId?: string }) => Promise<StoredObject | undefined>,
  key: string,
  { tier, days, versionId }: RestoreOptions,
): Promise<'requested' | 'in-progress' | 'available'> {
  // Intelligent-Tiering refuses Days: what is restored there stays. S3 takes a Tier beside them for MalformedXML, of every class.
  const body = Buffer.from(
    `<RestoreRequest>${days === undefined ? '' : `<Days>${days}</Days>`}<GlacierJobParameters><Tier>${tier}</Tier></GlacierJobParameters></RestoreRequest>`,
  );
  const headers = { 'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64') };
  const query = { restore: '', ...(versionId ? { versionId } : {}) };
  try {
    await sendAndRead(() => call('POST', key, { query, body, headers }));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (error.code === 'RestoreAlreadyInProgress') return 'in-progress';
    // It came back, or somebody read it, since it was looked at.
    if (error.code === 'ObjectAlreadyInActiveTierError') return 'available';
    throw error;
  }
  const now = await look(key, versionId ? { versionId } : {});
  return now?.restore && !now.restore.ongoing ? 'available' : 'requested';
}

const names: readonly ChecksumName[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** GetObjectAttributes; undefined when there is no such object. */
export async function attributesOf(
  call: BucketCall,
  key: string,
  versionId?: string,
): Promise<StoredAttributes | undefined> {
  const headers = { 'x-amz-object-attributes': 'ETag,Checksum,StorageClass,ObjectSize' };
  const query = { attributes: '', ...(versionId ? { versionId } : {}) };
  try {
    const xml = (await sendAndRead(() => call('GET', key, { query, headers }))).body.toString('utf8');
    const text = (name: string): string => fromXml(textBetween(xml, name, 0, xml.length) ?? '');
    const isWhole = text('ChecksumType') !== 'COMPOSITE';
    return {
      size: Number(text('ObjectSize')),
      etag: text('ETag'),
      storageClass: text('StorageClass') || 'STANDARD',
      checksums: isWhole
        ? Object.fromEntries(
            names.flatMap(name => (text(`Checksum${name}`) ? [[name, text(`Checksum${name}`)]] : [])),
          )
        : {},
    };
  } catch (error) {
    if (error instanceof WireError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** ListMultipartUploads, page after page. */
export async function* listUploads(
  call: BucketCall,
  prefix: string,
): AsyncIterable<{ readonly key: string; readonly uploadId: string; readonly initiated: Date }> {
  let marker: Readonly<Record<string, string>> = {};
  for (;;) {
    const query = { uploads: '', prefix, 'encoding-type': 'url', ...marker };
    const xml = (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
    const keyOf = keyReader(xml);
    for (const [from, end] of elements(xml, 'Upload')) {
      const text = (name: string): string => textBetween(xml, name, from, end) ?? '';
      yield {
        key: keyOf(text('Key')),
        uploadId: fromXml(text('UploadId')),
        initiated: new Date(text('Initiated')),
      };
    }
    if (textBetween(xml, 'IsTruncated', 0, xml.length) !== 'true') return;
    marker = {
      'key-marker': keyOf(textBetween(xml, 'NextKeyMarker', 0, xml.length) ?? ''),
      'upload-id-marker': fromXml(textBetween(xml, 'NextUploadIdMarker', 0, xml.length) ?? ''),
    };
  }
}
