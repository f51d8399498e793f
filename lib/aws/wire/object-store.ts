import { createHash } from 'node:crypto';
import type { ObjectStore, ReadOptions, StoredObject } from '../../contract/ports/object-store.ts';
import { bucketWire } from './bucket-call.ts';
import { bucketFacts } from './bucket-facts.ts';
import { copyObject } from './copy.ts';
import { deleteMany } from './delete-many.ts';
import { unlessThere } from './denied.ts';
import { checksumMode } from './download.ts';
import { readBody, sendAndRead, WireError } from './http.ts';
import { listObjects } from './listing/list.ts';
import { listVersions, versionPages } from './listing/versions.ts';
import { attributesOf, createBucket, listUploads, restoreObject } from './object-calls.ts';
import { pace } from './pace.ts';
import { abortUpload, beginUpload } from './part-writer.ts';
import { readInto } from './read-into.ts';
import { type WireStoreOptions, wireStore } from './store.ts';
import { storedObject } from './stored-object.ts';
import { elements, fromXml, textBetween, toXml } from './xml.ts';

export interface ObjectStoreOptions extends WireStoreOptions {
  /** Reads under way at once. Default 64. */
  readonly connections?: number;
  /** A socket that says nothing for this long is given up. Default 20,000 ms. */
  readonly idleMs?: number;
}

export interface BucketMaker {
  /** Makes the bucket, in the client's region, for who may; `there` where it is this account's already. */
  createBucket(): Promise<'created' | 'there'>;
}

/** A bucket with all that an archive needs of S3, without the SDK: its streams cost half of a core's throughput. */
export function objectStore(options: ObjectStoreOptions): ObjectStore & BucketMaker {
  const { call, request } = bucketWire(options);
  const idleMs = options.idleMs ?? 20_000;
  const wire = { call, request, idleMs, pace: pace(options.connections ?? 64) };
  const look = async (
    key: string,
    { versionId }: { versionId?: string } = {},
  ): Promise<StoredObject | undefined> => {
    const { answer } = await call('HEAD', key, {
      query: versionId ? { versionId } : {},
      headers: checksumMode,
    });
    answer.drop();
    // 405: the version is a delete marker.
    if (answer.status === 404 || answer.status === 405) return undefined;
    if (answer.status < 300) return storedObject(key, answer);
    const refused = new WireError(answer.status, headCode(answer.status));
    if (answer.status === 403 && versionId === undefined)
      return unlessThere(refused, key, (prefix, list) => listObjects(call, prefix, list));
    throw refused;
  };
  return {
    ...wireStore(options),
    look,
    readInto: (key, target, read) => readInto(wire, key, target, read),
    stream: (key, read = {}) => stream(key, read),
    begin: (key, begin = {}) => beginUpload(call, look, key, begin),
    uploads: prefix => listUploads(call, prefix),
    abort: (key, uploadId) => abortUpload(call, key, uploadId),
    deleteMany: (entries, how) => deleteMany(call, entries, how),
    versions: (prefix, list) => listVersions(wire, prefix, list),
    versionPages: prefix => versionPages(wire, prefix),
    async tags(key, { versionId } = {}) {
      const query = { tagging: '', ...(versionId ? { versionId } : {}) };
      const xml = (await sendAndRead(() => call('GET', key, { query }))).body.toString('utf8');
      const tags: Record<string, string> = {};
      for (const [from, end] of elements(xml, 'Tag'))
        tags[fromXml(textBetween(xml, 'Key', from, end) ?? '')] = fromXml(
          textBetween(xml, 'Value', from, end) ?? '',
        );
      return tags;
    },
    async tag(key, tags, { versionId } = {}) {
      const set = Object.entries(tags).map(
        ([name, value]) => `<Tag><Key>${toXml(name)}</Key><Value>${toXml(value)}</Value></Tag>`,
      );
      const body = Buffer.from(`<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`);
      const headers = { 'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64') };
      const query = { tagging: '', ...(versionId ? { versionId } : {}) };
      await sendAndRead(() => call('PUT', key, { query, body, headers }));
    },
    restore: (key, restore) => restoreObject(call, look, key, restore),
    attributes: (key, { versionId } = {}) => attributesOf(call, key, versionId),
    copy: (from, key, copy) => copyObject(call, from, key, copy),
    createBucket: () => createBucket(call, options.region),
    facts: () => bucketFacts(call),
    async deleteVersion(key, versionId, { bypassGovernance } = {}) {
      const headers: Record<string, string> = {};
      if (bypassGovernance) headers['x-amz-bypass-governance-retention'] = 'true';
      const { answer } = await call('DELETE', key, { query: { versionId }, headers });
      await readBody(answer);
    },
  };

  async function stream(key: string, { ifMatch, versionId, range, signal }: ReadOptions) {
    signal?.throwIfAborted();
    const { answer } = await call('GET', key, {
      query: versionId ? { versionId } : {},
      headers: {
        ...(ifMatch ? { 'if-match': ifMatch } : {}),
        ...(range ? { range: `bytes=${range[0]}-${range[1] - 1}` } : checksumMode),
      },
    });
    if (answer.status >= 300) await readBody(answer);
    return { info: storedObject(key, answer), body: bodyOf(key, answer, signal) };
  }
}

async function* bodyOf(
  key: string,
  answer: {
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: AsyncIterable<Buffer> & { destroy(error?: Error): void };
  },
  signal?: AbortSignal,
): AsyncIterable<Buffer> {
  const expected = Number(answer.headers['content-length'] ?? Number.NaN);
  let size = 0;
  const onAbort = (): void => answer.body.destroy(new Error('aborted'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of answer.body) {
      size += chunk.length;
      yield chunk;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    answer.body.destroy();
  }
  if (size !== expected) throw new Error(`${key}: ${size} of ${expected} bytes arrived`);
}

/** HEAD has no body to name the error in. */
const headCode = (status: number): string =>
  status === 403 ? '<Code>AccessDenied</Code>' : status === 412 ? '<Code>PreconditionFailed</Code>' : '';
