import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { PlacePort } from '../../lib/contract/workload/workload.ts';
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

/** By the stores of some places; what is in no place is told as that, before. */
export function peekOfPlaces(
  places: readonly Pick<PlacePort, 'bucket' | 'store'>[],
  signal?: AbortSignal,
): Peek {
  const stores = new Map(places.map(({ bucket, store }) => [bucket, store]));
  const peek = peekOf(bucket => stores.get(bucket)!, signal);
  return async (at, range) => (stores.has(at.bucket) ? peek(at, range) : undefined);
}
