import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import type { Peek, Peeked } from './look.ts';

const tries = 3;

/** Looks by one ranged GET each, whose headers tell all that a HEAD would. A body that breaks off is asked for again. */
export function peekOf(store: (bucket: string) => Pick<ObjectStore, 'stream'>, signal?: AbortSignal): Peek {
  return async ({ bucket, key }, range) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(store(bucket), key, range, signal);
      } catch (error) {
        if (isStoreError(error, 'NoSuchKey')) return undefined;
        // S3's answer for a range of an object without a byte.
        if (isStoreError(error, 'InvalidRange')) return empty;
        if (isStoreError(error) || signal?.aborted || attempt === tries) throw error;
      }
    }
  };
}

const empty: Peeked = { bytes: Buffer.alloc(0), size: 0, etag: '', lastModified: new Date(0) };

async function once(
  store: Pick<ObjectStore, 'stream'>,
  key: string,
  range: readonly [number, number] | undefined,
  signal: AbortSignal | undefined,
): Promise<Peeked> {
  const { info, body } = await store.stream(key, {
    ...(range ? { range } : {}),
    ...(signal ? { signal } : {}),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { size, etag, lastModified } = info;
  return { bytes: Buffer.concat(chunks), size, etag, lastModified };
}

/** By the stores of some places: one request where a store can stream, else a HEAD and a GET. */
export function peekOfStore(
  places: readonly { readonly bucket: string; readonly store: Store }[],
  signal?: AbortSignal,
): Peek {
  const stores = new Map(places.map(({ bucket, store }) => [bucket, store]));
  return async (at, range) => {
    const store = stores.get(at.bucket);
    // It is told as a place that is not there, before.
    if (!store) return undefined;
    if ('stream' in store) return peekOf(() => store as ObjectStore, signal)(at, range);
    const info = await store.head(at.key);
    if (!info) return undefined;
    const end = Math.min(range?.[1] ?? info.size, info.size);
    const bytes = info.size === 0 ? Buffer.alloc(0) : await store.get(at.key, [range?.[0] ?? 0, end]);
    return bytes && { bytes, size: info.size, etag: info.etag, lastModified: info.lastModified };
  };
}
