import type { ObjectStore, UploadOptions } from '../../contract/ports/object-store.ts';
import type { ObjectInfo, PutOptions, Store } from '../../contract/ports/ports.ts';
import { hasBytes } from '../../contract/ports/same-bytes.ts';
import { type BucketOptions, bucketCall } from './bucket-call.ts';
import { unlessThere } from './denied.ts';
import { checkStored, checksumMode, downloadObject, infoOf } from './download.ts';
import { readBody, type Sent, sendAndRead, WireError } from './http.ts';
import { listFolders, listObjects } from './listing/list.ts';
import { sha256Of } from './streamed-body.ts';
import { type UploadSizes, uploadFile } from './upload.ts';

export interface WireStoreOptions extends BucketOptions, Partial<UploadSizes> {}

/** A bucket for containers: the Store that lib/aws gives the CLI, in a few kilobytes and without the SDK's start-up time. */
export function wireStore(options: WireStoreOptions): Store & Pick<ObjectStore, 'upload'> {
  const call = bucketCall(options);
  const list: Store['list'] = (prefix, listOptions) => listObjects(call, prefix, listOptions);
  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    const { answer } = await call('HEAD', key);
    answer.drop();
    if (answer.status === 404) return undefined;
    if (answer.status === 403) return unlessThere(new WireError(403, ''), key, list);
    if (answer.status >= 300) throw new WireError(answer.status, '');
    return infoOf(key, answer);
  };
  const get = async (key: string, range?: readonly [number, number]): Promise<Buffer | undefined> => {
    if (range && range[0] >= range[1]) return Buffer.alloc(0);
    // S3 keeps no checksum of a range.
    const headers: Record<string, string> = range
      ? { range: `bytes=${range[0]}-${range[1] - 1}` }
      : checksumMode;
    try {
      return (await sendAndRead(() => call('GET', key, { headers }), checkStored(key))).body;
    } catch (error) {
      if (error instanceof WireError && error.code === 'NoSuchKey') return undefined;
      if (error instanceof WireError && error.code === 'AccessDenied') return unlessThere(error, key, list);
      throw error;
    }
  };
  const put: Store['put'] = async (key, body, putOptions = {}) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const payload = sha256Of(bytes);
    const sent = await call('PUT', key, {
      body: bytes,
      payload,
      headers: {
        'x-amz-checksum-sha256': Buffer.from(payload, 'hex').toString('base64'),
        ...(putOptions.ifNoneMatch ? { 'if-none-match': '*' } : {}),
        ...(putOptions.contentType ? { 'content-type': putOptions.contentType } : {}),
      },
    });
    return concludePut(
      sent,
      putOptions,
      () => hasBytes({ get, head }, key, bytes),
      () => put(key, body, putOptions),
    );
  };
  return {
    bucket: options.bucket,
    get,
    put,
    head,
    list,
    folders: prefix => listFolders(call, prefix),
    download: (key, path) => downloadObject(call, key, path),
    upload: (path: string, key: string, uploadOptions?: UploadOptions) =>
      uploadFile(call, path, key, { partBytes: options.partBytes ?? 64 * 1024 * 1024 }, uploadOptions),
  };
}

/**
 * What a write's answer means. A conditional write that was sent twice may have met its own object; and 409 says that
 * another was under way: then what is there decides.
 */
async function concludePut(
  { answer, tries }: Sent,
  options: PutOptions,
  isMine: () => Promise<boolean | undefined>,
  again: () => Promise<boolean>,
): Promise<boolean> {
  if (options.ifNoneMatch && (answer.status === 412 || answer.status === 409)) {
    answer.drop();
    if (answer.status === 412 && tries === 1) return false;
    return (await isMine()) ?? again();
  }
  await readBody(answer);
  return true;
}
