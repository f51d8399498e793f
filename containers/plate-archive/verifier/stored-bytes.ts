import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';

const windowBytes = 4 * 1024 * 1024;
const ahead = 3;

/**
 * The bytes of a stored object in order, some windows read ahead; each under its ETag and version, so that all are of one
 * object. A view holds until the next one is asked for. Every byte comes from S3 anew: nothing of ours kept it.
 */
export async function* storedBytes(
  store: ObjectStore,
  object: Pick<StoredObject, 'key' | 'size' | 'etag' | 'versionId'>,
  signal?: AbortSignal,
): AsyncIterable<Buffer> {
  const idle: Buffer[] = [];
  const reading: { readonly body: Buffer; readonly done: Promise<unknown> }[] = [];
  let next = 0;
  const readNext = (): void => {
    if (next >= object.size) return;
    const bytes = Math.min(windowBytes, object.size - next);
    const memory = idle.pop() ?? Buffer.allocUnsafeSlow(Math.min(windowBytes, object.size));
    const body = memory.subarray(0, bytes);
    const done = store.readInto(object.key, body, {
      from: next,
      ifMatch: object.etag,
      ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
      ...(signal ? { signal } : {}),
    });
    done.catch(() => undefined);
    reading.push({ body, done });
    next += bytes;
  };
  for (let i = 0; i < ahead; i++) readNext();
  try {
    for (let window = reading.shift(); window; window = reading.shift()) {
      await window.done;
      yield window.body;
      idle.push(Buffer.from(window.body.buffer, window.body.byteOffset, Math.min(windowBytes, object.size)));
      readNext();
    }
  } finally {
    await Promise.allSettled(reading.map(({ done }) => done));
  }
}
