import type { BeginOptions, PartWriter, StoredObject } from '../../contract/ports/object-store.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, sendAndRead, type WireAnswer, WireError } from './http.ts';
import { xmlField } from './listing/list.ts';

/** Parts are checked by the checksum in a signed header: a second hash of the same bytes for the signature would cost as much as ours. */
const unsigned = 'UNSIGNED-PAYLOAD';

/** CRC-32 as S3's headers have it: base64, big-endian. */
export function crc32Text(crc32: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString('base64');
}

/** Starts an upload by parts with a CRC-32 of every part and of the whole, which S3 computes as well. */
export async function beginUpload(
  call: BucketCall,
  look: (key: string) => Promise<StoredObject | undefined>,
  key: string,
  { storageClass, tags, contentType, metadata = {} }: BeginOptions,
): Promise<PartWriter> {
  const headers: Record<string, string> = {
    'x-amz-checksum-algorithm': 'CRC32',
    'x-amz-checksum-type': 'FULL_OBJECT',
    ...(storageClass ? { 'x-amz-storage-class': storageClass } : {}),
    ...(tags ? { 'x-amz-tagging': new URLSearchParams(tags).toString() } : {}),
    ...(contentType ? { 'content-type': contentType } : {}),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  const { body } = await sendAndRead(() => call('POST', key, { query: { uploads: '' }, headers }));
  const uploadId = xmlField(body.toString('utf8'), 'UploadId');
  const parts = new Map<number, { readonly etag: string; readonly checksum: string }>();
  return {
    uploadId,
    async part(number, body, crc32) {
      const checksum = crc32Text(crc32);
      const { answer } = await sendAndRead(() =>
        call('PUT', key, {
          query: { partNumber: String(number), uploadId },
          body,
          payload: unsigned,
          headers: { 'x-amz-checksum-crc32': checksum },
        }),
      );
      agree(`${key} part ${number}`, checksum, answer);
      parts.set(number, { etag: answer.headers.etag ?? '', checksum });
    },
    async complete({ size, crc32 }) {
      const checksum = crc32Text(crc32);
      const created = await finish(call, key, uploadId, { size, checksum, xml: partsXml(parts) });
      const object = await look(key);
      // An answer is no object: S3 may say 200 and have done nothing, or time out and have done it.
      if (!object)
        throw new WireError(
          500,
          `<Code>NotThere</Code><Message>${key} was completed, and is not there</Message>`,
        );
      if (!created) return { created, object };
      if (object.size !== size || object.checksums.CRC32 !== checksum)
        throw new WireError(
          500,
          `<Code>OtherObject</Code><Message>${key} is stored with ${object.size} bytes and CRC-32 ${object.checksums.CRC32 ?? 'unknown'}; ${size} and ${checksum} were sent</Message>`,
        );
      return { created, object };
    },
    abort: () => abortUpload(call, key, uploadId),
  };
}

export async function abortUpload(call: BucketCall, key: string, uploadId: string): Promise<void> {
  const { answer } = await call('DELETE', key, { query: { uploadId } });
  await readBody(answer).catch((error: unknown) => {
    if (!(error instanceof WireError && error.code === 'NoSuchUpload')) throw error;
  });
}

interface Whole {
  readonly size: number;
  readonly checksum: string;
  readonly xml: Buffer;
}

/** Whether this upload, or its earlier try, made the object; false: another did. HEAD tells the rest. */
async function finish(call: BucketCall, key: string, uploadId: string, whole: Whole): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const sent = await call('POST', key, {
      query: { uploadId },
      body: whole.xml,
      headers: {
        'x-amz-checksum-crc32': whole.checksum,
        'x-amz-checksum-type': 'FULL_OBJECT',
        'x-amz-mp-object-size': String(whole.size),
        'if-none-match': '*',
      },
    });
    try {
      const text = (await readBody(sent.answer)).toString('utf8');
      // S3 may say 200 and then an error in the body.
      if (!text.includes('<Error>')) return true;
      throw new WireError(500, text);
    } catch (error) {
      if (
        error instanceof WireError &&
        (error.code === 'PreconditionFailed' || error.code === 'NoSuchUpload')
      )
        return false;
      const isPassing = !(error instanceof WireError) || error.status >= 500 || error.status === 409;
      if (!isPassing || attempt === 5) throw error;
    }
  }
}

const partsXml = (
  parts: ReadonlyMap<number, { readonly etag: string; readonly checksum: string }>,
): Buffer => {
  const list = [...parts]
    .sort(([a], [b]) => a - b)
    .map(
      ([number, { etag, checksum }]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><ChecksumCRC32>${checksum}</ChecksumCRC32></Part>`,
    );
  return Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
};

function agree(what: string, sent: string, { headers }: WireAnswer): void {
  const stored = headers['x-amz-checksum-crc32'];
  if (stored !== undefined && stored !== sent)
    throw new Error(`${what}: stored with the CRC-32 ${stored}, and ${sent} was sent`);
}
