import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';

const tries = 3;

/** A whole object in memory of its own, in one piece; undefined where there is none. A stream's pieces would be as much again. */
export async function wholeObject(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  for (let attempt = 1; ; attempt++) {
    const object = await store.look(key);
    if (!object) return undefined;
    const bytes = Buffer.allocUnsafeSlow(object.size);
    try {
      await store.readInto(key, bytes, { ifMatch: object.etag });
      return bytes;
    } catch (error) {
      // Written over, or gone, since the look.
      if (!isStoreError(error, 'PreconditionFailed', 'NoSuchKey') || attempt === tries) throw error;
    }
  }
}
