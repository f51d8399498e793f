import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';

const windowBytes = 4 * 1024 * 1024;
const ahead = 3;
/** From one tar of this thread to the next: memory that is thrown away stays for a while, and new memory is cleared. */
const spare: Buffer[] = [];
const mostSpare = ahead + 1;

const memoryOf = (bytes: number): Buffer =>
  (bytes === windowBytes ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);

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
  const atOnce = Math.min(windowBytes, object.size);
  const reading: { readonly body: Buffer; readonly done: Promise<unknown> }[] = [];
  let next = 0;
  const readNext = (): void => {
    if (next >= object.size) return;
    const bytes = Math.min(windowBytes, object.size - next);
    const memory = idle.pop() ?? memoryOf(atOnce);
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
      idle.push(wholeOf(window.body));
      readNext();
    }
  } finally {
    await Promise.allSettled(reading.map(({ done }) => done));
    // One that is given up in the middle of a window leaves that one to whoever still looks at it.
    for (const memory of [...idle, ...reading.map(({ body }) => wholeOf(body))])
      if (memory.length === windowBytes && spare.length < mostSpare) spare.push(memory);
  }
}

const wholeOf = ({ buffer }: Buffer): Buffer => Buffer.from(buffer);
